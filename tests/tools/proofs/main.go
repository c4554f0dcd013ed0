// SPDX-License-Identifier: Apache-2.0

// Reads proofs and tiles with libraries that are not ours; nothing here knows how Placet works.
//
//	proofs prove POLICY   a line of JSON for each {"leaf", "proof"} on stdin; a line of JSON back
//	proofs read POLICY URL   every entry below URL, held to its tiles and its checkpoint
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"

	"filippo.io/torchwood"
	"github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/formats/proof"
	merkle "github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type asked struct {
	Leaf  []byte `json:"leaf"`
	Proof string `json:"proof"`
	Vkey  string `json:"vkey"`
}

type said struct {
	Torchwood string `json:"torchwood"`
	Formats   string `json:"formats"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(words []string) error {
	if len(words) < 2 {
		return fmt.Errorf("prove POLICY, or read POLICY URL")
	}
	written, err := os.ReadFile(words[1])
	if err != nil {
		return err
	}
	policy, err := torchwood.ParsePolicy(written)
	if err != nil {
		return err
	}
	switch {
	case words[0] == "prove" && len(words) == 2:
		return prove(policy)
	case words[0] == "read" && len(words) == 3:
		return read(policy, words[2])
	}
	return fmt.Errorf("prove POLICY, or read POLICY URL")
}

func prove(policy torchwood.Policy) error {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var one asked
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return err
		}
		mine := torchwood.VerifyProof(policy, tlog.RecordHash(one.Leaf), []byte(one.Proof))
		if err := answers.Encode(said{words(mine), words(formats(one))}); err != nil {
			return err
		}
	}
	return lines.Err()
}

// formats goes the way that the README of an evidence pack names.
func formats(one asked) error {
	var p proof.TLogProof
	if err := p.Unmarshal([]byte(one.Proof)); err != nil {
		return err
	}
	verifier, err := note.NewVerifier(one.Vkey)
	if err != nil {
		return err
	}
	head, _, _, err := log.ParseCheckpoint(p.Checkpoint, verifier.Name(), verifier)
	if err != nil {
		return err
	}
	path := make([][]byte, len(p.Hashes))
	for i := range p.Hashes {
		path[i] = p.Hashes[i][:]
	}
	leaf := sha256.Sum256(append([]byte{0}, one.Leaf...))
	return merkle.VerifyInclusion(rfc6962.DefaultHasher, p.Index, head.Size, leaf[:], path, head.Hash)
}

func read(policy torchwood.Policy, url string) error {
	ctx := context.Background()
	tiles, err := torchwood.NewTileFetcher(url)
	if err != nil {
		return err
	}
	signed, err := tiles.ReadEndpoint(ctx, "checkpoint")
	if err != nil {
		return err
	}
	head, _, err := torchwood.VerifyCheckpoint(signed, policy)
	if err != nil {
		return err
	}
	client, err := torchwood.NewClient(tiles)
	if err != nil {
		return err
	}
	all := sha256.New()
	count := int64(0)
	for index, entry := range client.AllEntries(ctx, head.Tree, 0) {
		if index != count {
			return fmt.Errorf("entry %d came as %d", count, index)
		}
		fmt.Fprintf(all, "%d ", len(entry))
		all.Write(entry)
		count++
	}
	if err := client.Err(); err != nil {
		return err
	}
	if count != head.N {
		return fmt.Errorf("%d entries came of %d", count, head.N)
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"size": count, "sha256": fmt.Sprintf("%x", all.Sum(nil)),
	})
}

func words(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

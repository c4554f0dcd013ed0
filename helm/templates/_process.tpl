{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}
{{- /* One recipe for every process; each template below only says which process it is. */ -}}

{{- define "placet.labels" -}}
app.kubernetes.io/part-of: placet
app.kubernetes.io/name: {{ .name | replace "_" "-" }}
app.kubernetes.io/component: {{ .process }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
{{- end }}

{{- define "placet.selector" -}}
app.kubernetes.io/part-of: placet
app.kubernetes.io/name: {{ .name | replace "_" "-" }}
app.kubernetes.io/component: {{ .process }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{- define "placet.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "placet.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "placet.urlOf" -}}
http://{{ .root.Release.Name }}-{{ .name | replace "_" "-" }}:8080
{{- end }}

{{- define "placet.audience" -}}
urn:placet:{{ .root.Values.node | lower }}:{{ .name }}
{{- end }}

{{- /* Settings that every process reads, whatever it is. */ -}}
{{- define "placet.commonEnv" -}}
- {name: PLACET_ENV, value: production}
- {name: PLACET_NODE, value: {{ .root.Values.node | quote }}}
- {name: PLACET_TOKEN_ISSUER, value: {{ .root.Values.tokens.issuer | quote }}}
- {name: PLACET_TOKEN_JWKS_URL, value: {{ .root.Values.tokens.jwksUrl | quote }}}
- {name: PLACET_TOKEN_ENDPOINT, value: {{ .root.Values.tokens.endpoint | quote }}}
- {name: PLACET_AUDIENCE, value: {{ include "placet.audience" . | quote }}}
- {name: PLACET_CLIENT_ID, value: {{ .name | quote }}}
- {name: PLACET_CLIENT_SECRET_FILE, value: /run/secrets/placet/client-secret}
- {name: PLACET_KEYS_DIR, value: /run/secrets/placet/keys}
- {name: PLACET_TRANSPORT, value: {{ .root.Values.transport.kind | quote }}}
{{- if eq .root.Values.transport.kind "kafka" }}
- {name: PLACET_KAFKA_BOOTSTRAP, value: {{ .root.Values.transport.kafkaBootstrap | quote }}}
- {name: PLACET_KAFKA_CA_FILE, value: /run/secrets/placet/kafka-ca.pem}
{{- if eq .root.Values.transport.kafkaIdentity "certificate" }}
- {name: PLACET_KAFKA_CERTIFICATE_FILE, value: /run/secrets/placet/kafka.pem}
- {name: PLACET_KAFKA_KEY_FILE, value: /run/secrets/placet/kafka.key}
{{- else }}
- {name: PLACET_KAFKA_USER, value: {{ .name | quote }}}
- {name: PLACET_KAFKA_PASSWORD_FILE, value: /run/secrets/placet/kafka-password}
{{- end }}
{{- end }}
- {name: PLACET_AUDIT_INTAKE_URL, value: "{{ include "placet.urlOf" (dict "root" .root "name" "audit_log") }}/v1/intake"}
- {name: PLACET_AUDIT_AUDIENCE, value: {{ include "placet.audience" (dict "root" .root "name" "audit_log") | quote }}}
- {name: PLACET_LOG_LEVEL, value: {{ .root.Values.logLevel | quote }}}
{{- end }}

{{- /* The clearinghouse's own: it follows the feeds inside the cluster; what they say names the public addresses. */ -}}
{{- define "placet.clearinghouseEnv" -}}
{{- $consent := include "placet.urlOf" (dict "root" .root "name" "consent_registry") }}
{{- $permit := include "placet.urlOf" (dict "root" .root "name" "permit_service") }}
{{- $services := .root.Values.services }}
- {name: PLACET_BIND, value: "unix:/run/placet/clearinghouse.sock"}
- {name: PLACET_PUBLIC_URL, value: {{ .root.Values.clearinghouse.publicUrl | quote }}}
- {name: PLACET_SPOOL_DIR, value: /var/spool/placet}
- {name: PLACET_TRUSTED_SOURCES, value: /etc/placet/trusted-sources.json}
- {name: PLACET_CONSENT_FEED_URL, value: "{{ $consent }}/v1/feed"}
- {name: PLACET_CONSENT_FEED_JWKS_URL, value: "{{ $consent }}/api/jwk"}
- {name: PLACET_CONSENT_FEED_ISSUER, value: {{ $services.consent_registry.publicUrl | quote }}}
- {name: PLACET_PERMIT_FEED_URL, value: "{{ $permit }}/v1/feed"}
- {name: PLACET_PERMIT_FEED_JWKS_URL, value: "{{ $permit }}/api/feed-jwk"}
- {name: PLACET_PERMIT_FEED_ISSUER, value: {{ $services.permit_service.publicUrl | quote }}}
- {name: PLACET_PERMIT_JWKS_URL, value: "{{ $permit }}/api/permit-jwk"}
- {name: PLACET_PERMIT_ISSUER, value: {{ $services.permit_service.publicUrl | quote }}}
{{- range $key, $value := .root.Values.clearinghouse.settings }}
- {name: {{ $key }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}

{{- /* What a service with a database and pages reads on top. */ -}}
{{- define "placet.serviceEnv" -}}
- {name: PLACET_BIND, value: "0.0.0.0:8080"}
- {name: PLACET_PUBLIC_URL, value: {{ .service.publicUrl | quote }}}
- name: PLACET_DATABASE_URL
  valueFrom: {secretKeyRef: {name: {{ .service.secretName | quote }}, key: database-url}}
- {name: PLACET_SIGN_IN_ISSUER, value: {{ .root.Values.tokens.issuer | quote }}}
- {name: PLACET_SIGN_IN_CLIENT_ID, value: {{ printf "%s-pages" .name | quote }}}
- {name: PLACET_SIGN_IN_CLIENT_SECRET_FILE, value: /run/secrets/placet/sign-in-secret}
- {name: PLACET_SESSION_KEY_FILE, value: /run/secrets/placet/session-key}
{{- if eq .name "consent_registry" }}
{{- if .service.contactPoints }}
- name: PLACET_CONTACT_DATABASE_URL
  valueFrom: {secretKeyRef: {name: {{ .service.secretName | quote }}, key: contact-database-url}}
{{- end }}
- {name: PLACET_PERMIT_MESSAGES_URL, value: "{{ include "placet.urlOf" (dict "root" .root "name" "permit_service") }}/v1/messages"}
- {name: PLACET_PERMIT_JWKS_URL, value: "{{ include "placet.urlOf" (dict "root" .root "name" "permit_service") }}/api/permit-jwk"}
- {name: PLACET_AUDIT_LOG_URL, value: {{ include "placet.urlOf" (dict "root" .root "name" "audit_log") | quote }}}
{{- else if eq .name "permit_service" }}
- {name: PLACET_CONSENT_REGISTRY_URL, value: {{ include "placet.urlOf" (dict "root" .root "name" "consent_registry") | quote }}}
- {name: PLACET_CONSENT_REGISTRY_CLIENT, value: consent_registry}
- {name: PLACET_AUTHORITY_URL, value: {{ .service.authorityUrl | quote }}}
- {name: PLACET_DATASET_URL_BASE, value: {{ .service.datasetUrlBase | quote }}}
- {name: PLACET_VISA_RECIPIENTS, value: {{ .service.visaRecipients | join "," | quote }}}
{{- else }}
- {name: PLACET_CONSENT_REGISTRY_URL, value: {{ include "placet.urlOf" (dict "root" .root "name" "consent_registry") | quote }}}
- {name: PLACET_PERMIT_SERVICE_URL, value: {{ include "placet.urlOf" (dict "root" .root "name" "permit_service") | quote }}}
- {name: PLACET_LOG_ORIGIN, value: {{ .service.logOrigin | quote }}}
- {name: PLACET_TILES_PUBLIC, value: {{ .service.tilesPublic | quote }}}
{{- if eq .process "work" }}
- {name: PLACET_HEAD_FILE, value: /var/lib/placet/head.note}
{{- end }}
{{- end }}
{{- if include "placet.readsPolicies" . }}
- {name: PLACET_POLICY_FILE, value: /etc/placet/policies}
- {name: PLACET_POLICY_KEYS_FILE, value: /etc/placet/policies/policy-keys.json}
{{- end }}
{{- if and (hasKey .service "erasures") (ne .process "migrate") }}
- {name: PLACET_ERASURES_FILE, value: /var/lib/placet-erasures/erasures.jsonl}
{{- end }}
{{- range $key, $value := .service.settings }}
- {name: {{ $key }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}

{{- /* Consents and permits follow the country's policies; the log and the migrations read none. */ -}}
{{- define "placet.readsPolicies" -}}
{{- if and .root.Values.policiesConfigMap (ne .name "audit_log") (ne .process "migrate") }}true{{ end }}
{{- end }}

{{- define "placet.image" -}}
{{ .root.Values.image.repository }}:{{ .root.Values.image.tag }}
{{- end }}

{{- /* What a process reads is a copy in memory; of the Secrets themselves only the init container sees anything. */ -}}
{{- define "placet.volumes" -}}
- name: secrets
  emptyDir: {medium: Memory, sizeLimit: 8Mi}
- name: own-secret
  secret: {secretName: {{ .secretName | quote }}, defaultMode: 0440}
{{- with .keysSecretName }}
- name: keys-secret
  secret: {secretName: {{ . | quote }}, defaultMode: 0440}
{{- end }}
- name: tmp
  emptyDir: {}
{{- end }}

{{- /*
A mounted Secret's files are readable by the pod's group, and every process refuses a key or secret that others than
its owner may use. This container copies them to files of mode 0600 that belong to the process's own account. A
Secret has no folders: a name such as visa__keys.json becomes keys/visa/keys.json, split at its first two underscores.
*/ -}}
{{- define "placet.secretsContainer" -}}
- name: secrets
  image: {{ include "placet.image" . | quote }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  command:
    - sh
    - -euc
    - |
      umask 077
      for file in "$1"/*; do
        install -m 0600 "$file" "$3/${file##*/}"
      done
      [ -d "$2" ] || exit 0
      mkdir -p "$3/keys"
      for file in "$2"/*; do
        name=${file##*/}
        case $name in
          *__*)
            folder=$3/keys/${name%%__*}
            mkdir -p "$folder"
            install -m 0600 "$file" "$folder/${name#*__}" ;;
          *) install -m 0600 "$file" "$3/keys/$name" ;;
        esac
      done
    - secrets
    - /mnt/own-secret
    - /mnt/keys-secret
    - /run/secrets/placet
  resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
  securityContext: {{- include "placet.containerSecurity" . | nindent 4 }}
  volumeMounts:
    - {name: own-secret, mountPath: /mnt/own-secret, readOnly: true}
    {{- if .keysSecretName }}
    - {name: keys-secret, mountPath: /mnt/keys-secret, readOnly: true}
    {{- end }}
    - {name: secrets, mountPath: /run/secrets/placet}
{{- end }}

{{- define "placet.mounts" -}}
- {name: secrets, mountPath: /run/secrets/placet, readOnly: true}
- {name: tmp, mountPath: /tmp}
{{- end }}

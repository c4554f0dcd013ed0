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
{{- end }}
- {name: PLACET_AUDIT_TOPIC, value: {{ .root.Values.transport.auditTopic | default (printf "audit.%s.v1" (.root.Values.node | lower)) | quote }}}
- {name: PLACET_AUDIT_INTAKE_URL, value: "{{ include "placet.urlOf" (dict "root" .root "name" "audit_log") }}/v1/intake"}
- {name: PLACET_AUDIT_AUDIENCE, value: {{ include "placet.audience" (dict "root" .root "name" "audit_log") | quote }}}
- {name: PLACET_LOG_LEVEL, value: {{ .root.Values.logLevel | quote }}}
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
{{- range $key, $value := .service.settings }}
- {name: {{ $key }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}

{{- define "placet.image" -}}
{{ .root.Values.image.repository }}:{{ .root.Values.image.tag }}
{{- end }}

{{- define "placet.volumes" -}}
- name: secrets
  secret: {secretName: {{ .secretName | quote }}, defaultMode: 0400}
- name: tmp
  emptyDir: {}
{{- end }}

{{- define "placet.mounts" -}}
- {name: secrets, mountPath: /run/secrets/placet, readOnly: true}
- {name: tmp, mountPath: /tmp}
{{- end }}

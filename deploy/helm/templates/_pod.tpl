{{/* The environment of a process: files/processes.yaml, filled in. */}}
{{- define "careflow.environment" -}}
{{- $known := include "careflow.known" .root | fromYaml }}
{{- $parts := list $known.every (index $known.processes .process) (index $known.services .service) }}
{{- range $part := $parts }}
{{- range $name, $value := $part.fixed }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- range $name := $part.settings }}
{{- with index $.root.Values.settings $name }}
- {name: {{ $name }}, value: {{ . | quote }}}
{{- end }}
{{- end }}
{{- range $name, $file := $part.secrets }}
- {name: {{ $name }}, value: /run/secrets/{{ $file }}}
{{- end }}
{{- end }}
{{- if .root.Values.kms.enabled }}
- {name: CAREFLOW_KMS_FILE, value: /run/secrets/kms}
{{- end }}
{{- if eq .process "api" }}
- {name: FORWARDED_ALLOW_IPS, value: {{ .root.Values.podNetwork | required "podNetwork is missing: the network pods of this cluster have their addresses in; only from there an api believes what is said about a client's address" | quote }}}
{{- if not .root.Values.settings.CAREFLOW_TOKEN_ISSUER }}
{{- fail "settings.CAREFLOW_TOKEN_ISSUER is missing: the `iss` of your identity provider's tokens" }}
{{- end }}
{{- end }}
{{- if eq .process "worker" }}
- {name: CAREFLOW_KAFKA_URL, value: {{ include "careflow.kafka.servers" .root | quote }}}
- {name: CAREFLOW_KAFKA_ACCOUNT, value: {{ .service }}}
- {name: CAREFLOW_KAFKA_MECHANISM, value: {{ .root.Values.kafka.mechanism }}}
{{- end }}
{{- end }}

{{/* The files a process finds in /run/secrets, each from where it is kept: its service's own Secret, or what the operators of stores and Kafka made. */}}
{{- define "careflow.secrets" -}}
{{- $known := include "careflow.known" .root | fromYaml }}
{{- $values := .root.Values }}
{{- $own := list }}
{{- range $part := list $known.every (index $known.processes .process) (index $known.services .service) }}
{{- range $file := $part.secrets }}
{{- if and (eq $file "mongo-url") $values.stores.enabled }}
- secret: {name: {{ $.service }}-store-url, items: [{key: connectionString.standard, path: {{ $file }}}]}
{{- else if and (eq $file "kafka-password") $values.kafka.cluster }}
- secret: {name: {{ $.service }}, items: [{key: password, path: {{ $file }}}]}
{{- else if and (eq $file "kafka-authority") $values.kafka.cluster }}
- secret: {name: {{ $values.kafka.cluster }}-cluster-ca-cert, items: [{key: ca.crt, path: {{ $file }}}]}
{{- else }}
{{- $own = append $own (dict "key" $file "path" $file) }}
{{- end }}
{{- end }}
{{- end }}
{{- if $values.kms.enabled }}
{{- $own = append $own (dict "key" "kms" "path" "kms") }}
{{- end }}
- secret:
    name: {{ (index $values.services .service).secret }}
    items: {{ $own | toJson }}
{{- if include "careflow.store.tls" .root }}
- configMap: {name: {{ $values.stores.tls.authority }}, items: [{key: ca.crt, path: store-authority}]}
{{- end }}
{{- end }}

{{/* The pod of a process. Before it starts, `indexes` makes what is missing: it may run many times, and several at once. */}}
{{- define "careflow.pod" -}}
{{- $run := include "careflow.run" . | fromYaml }}
metadata:
  labels: {{- include "careflow.labels" . | nindent 4 }}
spec:
  serviceAccountName: careflow-{{ .service }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: 30
  {{- with .root.Values.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    seccompProfile: {type: RuntimeDefault}
  topologySpreadConstraints:
    {{- include "careflow.spread" (include "careflow.selector" . | fromYaml) | nindent 4 }}
  initContainers:
    - name: indexes
      image: {{ include "careflow.image" . }}
      args: [indexes]
      env: {{- include "careflow.environment" (dict "root" .root "service" .service "process" "indexes") | nindent 8 }}
      resources: {requests: {cpu: 50m, memory: 128Mi}, limits: {cpu: "1", memory: 256Mi}}
      securityContext: {{- include "careflow.hardened" . | nindent 8 }}
      volumeMounts: &mounts
        - {name: scratch, mountPath: /tmp}
        - {name: secrets, mountPath: /run/secrets, readOnly: true}
        - {name: content, mountPath: /etc/careflow/content, readOnly: true}
  containers:
    - name: {{ .process }}
      image: {{ include "careflow.image" . }}
      args: [{{ .process }}]
      env: {{- include "careflow.environment" . | nindent 8 }}
      ports: [{name: http, containerPort: 8000}]
      startupProbe: {httpGet: {path: /health/live, port: http}, periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 60}
      livenessProbe: {httpGet: {path: /health/live, port: http}, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3}
      readinessProbe: {httpGet: {path: /health/ready, port: http}, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3}
      resources: {{- toYaml $run.resources | nindent 8 }}
      securityContext: {{- include "careflow.hardened" . | nindent 8 }}
      volumeMounts: *mounts
  volumes:
    {{- include "careflow.scratch" . | nindent 4 }}
    - name: secrets
      projected:
        defaultMode: 0440
        sources: {{- include "careflow.secrets" . | nindent 10 }}
    - name: content
      {{- with (index .root.Values.services .service).content }}
      projected:
        sources:
          {{- range . }}
          - configMap: {name: {{ .configMap }}, items: [{key: {{ .key }}, path: {{ .path }}}]}
          {{- end }}
      {{- else }}
      emptyDir: {}
      {{- end }}
{{- end }}

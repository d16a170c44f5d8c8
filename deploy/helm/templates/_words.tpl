{{/* What every template says in one way. The scope of a process is a dict: root, service, process. */}}

{{- define "careflow.known" -}}{{ .Files.Get "files/processes.yaml" }}{{- end }}

{{- define "careflow.topics" -}}{{ .Files.Get "files/topics.yaml" }}{{- end }}

{{/* The services of this release, by name. */}}
{{- define "careflow.enabled" -}}
{{- range $name := list "booking" "screening" "sessions" "billing" }}
{{- if (index $.Values.services $name).enabled }}
- {{ $name }}
{{- end }}
{{- end }}
{{- end }}

{{- define "careflow.image" -}}
{{ .root.Values.registry }}careflow-{{ .service }}:{{ .root.Values.version | default .root.Chart.AppVersion }}
{{- end }}

{{/* How a process of this service is run, as YAML: what holds of all services, and what this one says otherwise. */}}
{{- define "careflow.run" -}}
{{- $own := dig "processes" .process (dict) (index .root.Values.services .service) }}
{{- $run := mergeOverwrite (deepCopy (index .root.Values.processes .process)) (deepCopy $own) }}
{{- if and $run.most (lt (int $run.most) (int $run.replicas)) }}
{{- fail (printf "%s-%s: most (%d) is less than replicas (%d)" .service .process (int $run.most) (int $run.replicas)) }}
{{- end }}
{{- toYaml $run }}
{{- end }}

{{- define "careflow.selector" -}}
app.kubernetes.io/part-of: careflow
app.kubernetes.io/name: {{ .service }}
app.kubernetes.io/component: {{ .process }}
{{- end }}

{{- define "careflow.labels" -}}
{{ include "careflow.selector" . }}
app.kubernetes.io/version: {{ .root.Values.version | default .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{/* Of a container of ours or of the edge: nothing but its own process, and nothing it could write but /tmp. */}}
{{- define "careflow.hardened" -}}
readOnlyRootFilesystem: true
allowPrivilegeEscalation: false
privileged: false
capabilities: {drop: [ALL]}
{{- end }}

{{/* Kept in memory: what a process writes there may be about patients. */}}
{{- define "careflow.scratch" -}}
- name: scratch
  emptyDir: {medium: Memory, sizeLimit: 64Mi}
{{- end }}

{{/* Of pods that are alike: on several hosts where there are some. */}}
{{- define "careflow.spread" -}}
- maxSkew: 1
  topologyKey: kubernetes.io/hostname
  whenUnsatisfiable: ScheduleAnyway
  labelSelector: {matchLabels: {{ . | toJson }}}
{{- end }}

{{- define "careflow.kafka.servers" -}}
{{- $kafka := .Values.kafka }}
{{- if and $kafka.enabled (not $kafka.cluster) }}
{{- fail "kafka.cluster is missing: the name of the cluster that kafka.enabled makes" }}
{{- end }}
{{- if $kafka.cluster }}
{{- printf "%s-kafka-bootstrap.%s.svc.%s:9093" $kafka.cluster .Release.Namespace .Values.clusterDomain }}
{{- else }}
{{- $kafka.servers | required "kafka.servers is missing: where Kafka is, when kafka.cluster names none of Strimzi's" }}
{{- end }}
{{- end }}

{{/* Whether the store speaks TLS: "yes", or nothing. */}}
{{- define "careflow.store.tls" -}}
{{- $tls := .Values.stores.tls }}
{{- if and .Values.stores.enabled (or $tls.authority $tls.certificateEnding) }}
{{- if not (and $tls.authority $tls.certificateEnding) }}
{{- fail "stores.tls: authority and certificateEnding go together" }}
{{- end -}}
yes
{{- end }}
{{- end }}

{{- define "spoor.name" -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "spoor.selector" -}}
app.kubernetes.io/name: spoor-server
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "spoor.labels" -}}
{{ include "spoor.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

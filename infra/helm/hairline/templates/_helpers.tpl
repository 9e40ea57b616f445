{{- define "hairline.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end -}}
{{- end }}

{{/* Labels that never change over the life of a release. Argument: root, component. */}}
{{- define "hairline.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "hairline.labels" -}}
{{ include "hairline.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "hairline.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "hairline.name" .) }}{{ else }}{{ .Values.serviceAccount.name | default "default" }}{{ end -}}
{{- end }}

{{/* Argument: root, image (overrides of a pool). */}}
{{- define "hairline.image" -}}
{{- $image := mergeOverwrite (deepCopy .root.Values.image) (.image | default dict) -}}
{{ $image.repository }}{{ if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag | default .root.Chart.AppVersion }}{{ end }}
{{- end }}

{{/* Variables of every role, then the role's own. Argument: root, env. */}}
{{- define "hairline.env" -}}
{{- $name := required "secret.name: name the Secret that holds DATABASE_URL" .root.Values.secret.name -}}
{{- range $index, $key := .root.Values.secret.keys }}
- name: {{ $key }}
  valueFrom:
    secretKeyRef: { name: {{ $name }}, key: {{ $key }}, optional: {{ gt $index 0 }} }
{{- end }}
- name: HAIRLINE_HOME
  value: /work
- name: TMPDIR
  value: /work
- name: HAIRLINE_METRICS_HOST
  value: 0.0.0.0
- name: HAIRLINE_METRICS_PORT
  value: "9464"
- name: HAIRLINE_OBJECTS
  value: {{ .root.Values.objects | quote }}
{{- range $key, $value := mergeOverwrite (deepCopy .root.Values.env) (.env | default dict) }}
- name: {{ $key }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{- define "hairline.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "hairline.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/* Argument: root, archives (whether the role reads them). */}}
{{- define "hairline.mounts" -}}
volumeMounts:
  - { name: tmp, mountPath: /tmp }
  - { name: work, mountPath: /work }
{{- if and .archives .root.Values.archives.existingClaim }}
  - { name: archives, mountPath: {{ .root.Values.archives.mountPath }}, readOnly: true }
{{- end }}
{{- end }}

{{- define "hairline.volumes" -}}
volumes:
  - name: tmp
    emptyDir: { sizeLimit: 256Mi }
  - name: work
    emptyDir: { sizeLimit: {{ .work | default "1Gi" }} }
{{- if and .archives .root.Values.archives.existingClaim }}
  - name: archives
    persistentVolumeClaim: { claimName: {{ .root.Values.archives.existingClaim }}, readOnly: true }
{{- end }}
{{- end }}

{{/* A restart helps a process that hangs, not a database that is away: hence /healthz. */}}
{{- define "hairline.probes" -}}
startupProbe:
  httpGet: { path: /readyz, port: metrics }
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 60
readinessProbe:
  httpGet: { path: /readyz, port: metrics }
  periodSeconds: 10
  timeoutSeconds: 5
livenessProbe:
  httpGet: { path: /healthz, port: metrics }
  periodSeconds: 20
  timeoutSeconds: 5
  failureThreshold: 6
{{- end }}

{{- define "hairline.placement" -}}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

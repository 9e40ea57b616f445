import type { ArchiveState } from "@hairline/core/monitoring";
import { readingGauge, type Registry } from "@hairline/telemetry/metrics";

type Read = () => Promise<ArchiveState | undefined>;

/** What the database says of the whole installation: the same from every API process. */
export function collectArchiveMetrics(registry: Registry, read: Read): void {
  collectWork(registry, read);
  collectProcesses(registry, read);
  collectPolicies(registry, read);
  collectSchedules(registry, read);
}

function collectWork(registry: Registry, read: Read): void {
  readingGauge<ArchiveState, "state">({
    registry,
    read,
    name: "hairline_runs",
    help: "Runs by state; open ones that are paused count as paused.",
    labelNames: ["state"],
    fill: (gauge, { runs }) => runs.forEach((each) => gauge.set({ state: each.state }, each.runs)),
  });
  readingGauge<ArchiveState>({
    registry,
    read,
    name: "hairline_open_shards",
    help: "Shards still to score in open runs that are not paused.",
    fill: (gauge, { openShards }) => gauge.set(openShards),
  });
  readingGauge<ArchiveState>({
    registry,
    read,
    name: "hairline_open_images",
    help: "Images of the shards still to score in open runs that are not paused.",
    fill: (gauge, { openImages }) => gauge.set(openImages),
  });
  readingGauge<ArchiveState>({
    registry,
    read,
    name: "hairline_last_shard_timestamp_seconds",
    help: "When a shard was committed last, in Unix time.",
    fill(gauge, { lastShardAt }) {
      if (lastShardAt === null) gauge.remove();
      else gauge.set(lastShardAt.getTime() / 1000);
    },
  });
  readingGauge<ArchiveState, "code">({
    registry,
    read,
    name: "hairline_quarantined_images",
    help: "Images in quarantine, over all models, by the reason's code.",
    labelNames: ["code"],
    fill: (gauge, { quarantine }) => quarantine.forEach(({ code, images }) => gauge.set({ code }, images)),
  });
}

function collectProcesses(registry: Registry, read: Read): void {
  readingGauge<ArchiveState, "role" | "state">({
    registry,
    read,
    name: "hairline_workers",
    help: "Processes that report themselves, by role and state: running, lost or stopped.",
    labelNames: ["role", "state"],
    fill: (gauge, { workers }) =>
      workers.forEach(({ role, state, workers: count }) => gauge.set({ role, state }, count)),
  });
  readingGauge<ArchiveState>({
    registry,
    read,
    name: "hairline_images_per_second",
    help: "All running workers together, over their last heartbeat intervals.",
    fill: (gauge, { workers }) =>
      gauge.set(workers.reduce((sum, { imagesPerSecond }) => sum + (imagesPerSecond ?? 0), 0)),
  });
  readingGauge<ArchiveState>({
    registry,
    read,
    name: "hairline_database_bytes",
    help: "Size of the database on disk.",
    fill: (gauge, { databaseBytes }) => gauge.set(databaseBytes),
  });
}

function collectPolicies(registry: Registry, read: Read): void {
  readingGauge<ArchiveState, "model" | "policy">({
    registry,
    read,
    name: "hairline_certificate_age_seconds",
    help: "Age of the youngest certificate of a policy in force, on the dataset where it is oldest; none if uncertified.",
    labelNames: ["model", "policy"],
    fill(gauge, { policies }) {
      for (const { model, policy, certificateAgeSeconds } of policies)
        if (certificateAgeSeconds !== null) gauge.set({ model, policy }, certificateAgeSeconds);
    },
  });
  readingGauge<ArchiveState, "model" | "policy">({
    registry,
    read,
    name: "hairline_policy_certified",
    help: "1 for a policy in force that is certified wherever it is, 0 for one that is not.",
    labelNames: ["model", "policy"],
    fill: (gauge, { policies }) =>
      policies.forEach(({ model, policy, certificateAgeSeconds }) =>
        gauge.set({ model, policy }, certificateAgeSeconds === null ? 0 : 1),
      ),
  });
  readingGauge<ArchiveState, "model">({
    registry,
    read,
    name: "hairline_drift_alarms",
    help: "Datasets on which a model's last drift check was an alarm; of models that were checked.",
    labelNames: ["model"],
    fill: (gauge, { drift }) => drift.forEach(({ model, datasets }) => gauge.set({ model }, datasets)),
  });
}

function collectSchedules(registry: Registry, read: Read): void {
  readingGauge<ArchiveState, "schedule">({
    registry,
    read,
    name: "hairline_schedule_last_success_timestamp_seconds",
    help: "When a schedule's task succeeded last, in Unix time; none before the first success.",
    labelNames: ["schedule"],
    fill(gauge, { schedules }) {
      for (const { schedule, lastSuccessAt } of schedules)
        if (lastSuccessAt !== null) gauge.set({ schedule }, lastSuccessAt.getTime() / 1000);
    },
  });
  readingGauge<ArchiveState, "schedule">({
    registry,
    read,
    name: "hairline_schedule_failed",
    help: "1 when the task of a schedule's last firing failed for good, else 0.",
    labelNames: ["schedule"],
    fill: (gauge, { schedules }) =>
      schedules.forEach(({ schedule, failed }) => gauge.set({ schedule }, failed ? 1 : 0)),
  });
  readingGauge<ArchiveState, "schedule">({
    registry,
    read,
    name: "hairline_schedule_overdue_seconds",
    help: "How long a schedule should have fired for; 0 when it is not due or switched off.",
    labelNames: ["schedule"],
    fill: (gauge, { schedules }) =>
      schedules.forEach(({ schedule, overdueSeconds }) => gauge.set({ schedule }, overdueSeconds)),
  });
}

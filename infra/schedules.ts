import { readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../lib/config/load-config.ts";
import { ROOT } from "./bundle.ts";
import {
  awsSchedules,
  fc2Triggers,
  fc3Triggers,
  groupSchedules,
  withTriggers,
} from "./cloud-schedules.ts";

// Writes the schedules of a configuration's policies into the files that clouds are deployed from.

const EXAMPLE = "examples/functions/imageferry.yaml";

const config = process.argv[2] ?? join(ROOT, EXAMPLE);
const { triggers, problems } = await loadConfig({ config, env: process.env, home: homedir() });
for (const { rule, error } of problems) console.error(`${rule}: ${error.message}`);
if (problems.length > 0) process.exit(1);

const schedules = groupSchedules(triggers);
write("infra/aws/schedules.yml", () => awsSchedules(schedules));
write("infra/alicloud/s.yaml", (text) => withTriggers(text, fc3Triggers(schedules)));
write("infra/alicloud/fc2/s.yaml", (text) => withTriggers(text, fc2Triggers(schedules)));

function write(name: string, textOf: (old: string) => string): void {
  const file = join(ROOT, name);
  writeFileSync(file, textOf(readFileSync(file, "utf8")));
  console.log(`${name} ${schedules.length} schedules`);
}

import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatBytes } from "../lib/base/units.ts";
import type { RunReport } from "../lib/sync/report.ts";
import type { ImageContent } from "../test/support/image-content.ts";
import { randomArtifact } from "../test/support/random-artifact.ts";
import { randomImage } from "../test/support/random-image.ts";
import { digestTag, platformIndex } from "../test/support/random-index.ts";
import { runCli } from "../test/support/run-cli.ts";
import { type DemoRegistry, startDemoRegistry } from "./demo-registry.ts";

/** One image of the demo. */
interface DemoImage {
  /** `repository:tag` at the source. */
  readonly name: string;
  readonly what: string;
  readonly image: ImageContent;
}

const MIB = 1024 * 1024;
/** Tags the rules select; the signature comes along with its image. */
const TAGS_SELECTED = 4;

const CONFIG_ARGS = ["--config", "imageferry.yaml", "--registries", "registries.yaml"];
const SYNC_ARGS = ["sync", ...CONFIG_ARGS, "--state", "state.db"];

title("Build");
execFileSync("npm", ["run", "--silent", "build"], {
  stdio: "inherit",
  shell: process.platform === "win32",
});
const folder = await mkdtemp(join(tmpdir(), "imageferry-demo-"));
const running: DemoRegistry[] = [];
try {
  title("Two registries");
  const source = await start("source");
  const target = await start("target");

  title("Images at the source");
  const images = demoImages();
  for (const { name, what, image } of images) {
    await source.push(name, image);
    const short = name.replace(/(?<=sha256-[0-9a-f]{8})[0-9a-f]+/, "…");
    console.log(`${short.padEnd(32)} ${what}`);
  }
  await writeConfig(source.host, target.host);

  title(`imageferry ${SYNC_ARGS.join(" ")}`);
  await imageferry(SYNC_ARGS);
  await expectEqualDigests(images, target);
  console.log(`Checked: all ${images.length} digests at the target are those of the source.`);

  title("The same again");
  await imageferry([...SYNC_ARGS, "--quiet", "--format", "json", "--output", "report.json"]);
  const { totals, bytes, requests } = await readReport();
  const sent = Object.values(requests).reduce((sum, count) => sum + count, 0);
  console.log(
    `${totals.copied} copied, ${totals.unchanged} unchanged, ` +
      `${formatBytes(bytes.copied)} sent, ${sent} requests`,
  );
  expect(totals.copied === 0 && bytes.copied === 0, "the second run has moved something");
  expect(totals.unchanged === TAGS_SELECTED, `not all of ${TAGS_SELECTED} tags are unchanged`);
  console.log("Checked: nothing moved.");
} finally {
  await Promise.all(running.map((registry) => registry.stop()));
  await rm(folder, { recursive: true, force: true });
}

async function start(side: string): Promise<DemoRegistry> {
  const registry = await startDemoRegistry();
  running.push(registry);
  console.log(`${side}  ${registry.host}  (${registry.program})`);
  return registry;
}

function demoImages(): DemoImage[] {
  const platforms = ["linux/amd64", "linux/arm64", "linux/arm/v7"];
  const web = platformIndex("web 1.1", platforms);
  return [
    {
      name: "shop/web:1.0",
      what: "an index of three platforms",
      image: platformIndex("web 1.0", platforms),
    },
    { name: "shop/web:1.1", what: "another one", image: web },
    {
      name: `shop/web:${digestTag(web.root, "sig")}`,
      what: "its signature",
      image: randomArtifact({ seed: "web 1.1", kind: "signature" }),
    },
    {
      name: "shop/api:2.3.0",
      what: "an image of three layers",
      image: randomImage({ seed: "api", layers: [4 * MIB, MIB, 20_000] }),
    },
    {
      name: "charts/shop:0.4.0",
      what: "a Helm chart",
      image: randomArtifact({ seed: "chart", kind: "helm" }),
    },
  ];
}

async function writeConfig(source: string, target: string): Promise<void> {
  const registries = { [source]: { plainHttp: true }, [target]: { plainHttp: true } };
  const policies = [
    {
      name: "web",
      source: `${source}/shop/web`,
      target: `${target}/mirror/shop/web`,
      tags: { include: ["1.*"] },
      referrers: true,
    },
    ...["shop/api", "charts/shop"].map((repository) => ({
      name: repository,
      source: `${source}/${repository}`,
      target: `${target}/mirror/${repository}`,
    })),
  ];
  // JSON is YAML.
  await writeFile(join(folder, "registries.yaml"), JSON.stringify(registries, null, 2));
  await writeFile(join(folder, "imageferry.yaml"), JSON.stringify({ policies }, null, 2));
}

async function imageferry(args: readonly string[]): Promise<void> {
  const { stdout, stderr, exitCode } = await runCli(args, { cwd: folder });
  process.stdout.write(`${stderr}${stdout}`);
  expect(exitCode === 0, `imageferry ended with ${exitCode}`);
}

async function readReport(): Promise<RunReport> {
  return JSON.parse(await readFile(join(folder, "report.json"), "utf8"));
}

async function expectEqualDigests(images: readonly DemoImage[], at: DemoRegistry): Promise<void> {
  for (const { name, image } of images) {
    const digest = await at.digest(`mirror/${name}`);
    expect(digest === image.root.digest, `${name} is ${digest} at the target`);
  }
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(`The demo failed: ${otherwise}.`);
}

function title(text: string): void {
  console.log(`\n== ${text}`);
}

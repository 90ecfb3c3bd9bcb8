import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { commandPaths, commandWords } from "../lib/cli/completion/command-words.ts";
import { createProgram } from "../lib/cli/program.ts";
import { SERVICES } from "../lib/cli/services.ts";
import { checkSchema } from "../lib/config/check-schema.ts";
import { readDocument } from "../lib/config/read-document.ts";
import { configSchema } from "../lib/config/schema.ts";
import { MemoryStream } from "./cli/memory-terminal.ts";
import { VirtualClock } from "./support/virtual-clock.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGES = ["README.md", "CHANGELOG.md", "SECURITY.md", ...pagesBelow("docs")];
const texts = new Map(PAGES.map((page) => [page, readFileSync(join(ROOT, page), "utf8")]));

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm;
const HELP_FLAGS = ["--help", "-h"];

function pagesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

function blocksOf(text: string, language: string): string[] {
  return [...text.matchAll(FENCE)].flatMap(([, name, content = ""]) =>
    name === language ? [content] : [],
  );
}

function spansOf(text: string): string[] {
  return [...text.replace(FENCE, "").matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
}

/** The command lines of imageferry on a page, without the name itself. */
function commandLines(text: string): string[][] {
  const lines = blocksOf(text, "sh").flatMap((block) => block.split("\n"));
  const spans = spansOf(text).filter((span) => span.startsWith("imageferry "));
  return [...lines, ...spans].flatMap((line) => {
    const found = /(?:^|[|)] *)imageferry +([^|#;]+)/.exec(line)?.[1];
    return found === undefined ? [] : [found.trim().split(/ +/)];
  });
}

describe("the documentation", () => {
  const terminal = {
    stdin: process.stdin,
    stdout: new MemoryStream(),
    stderr: new MemoryStream(),
    env: {},
    home: "/nowhere",
    clock: new VirtualClock(),
    signal: new AbortController().signal,
  };
  const program = createProgram({ terminal, services: SERVICES, version: "1.2.3" }, () => {});
  const commands = new Map(
    commandPaths(commandWords(program)).map(({ path, command }) => {
      const flags = command.flags.flatMap(({ names }) => names);
      return [path.join(" "), new Set([...flags, ...HELP_FLAGS])];
    }),
  );
  const everyFlag = new Set([...commands.values()].flatMap((flags) => [...flags]));

  /** What is wrong with a command line, in words; nothing when it could be run. */
  function flawsOf(words: readonly string[]): string[] {
    const [first = "", second = ""] = words;
    if (first === "COMMAND") return [];
    const name = [`${first} ${second}`, first, first.startsWith("-") ? "sync" : ""].find(
      (path) => path !== "" && commands.has(path),
    );
    if (name === undefined) return [`no command ${first}`];
    const known = commands.get(name);
    const flags = words.filter((word) => /^--?[a-z]/.test(word));
    return flags.filter((flag) => !known?.has(flag)).map((flag) => `no flag ${flag} of ${name}`);
  }

  it.each(PAGES)("shows command lines that exist: %s", (page) => {
    expect(commandLines(texts.get(page) ?? "").flatMap(flawsOf)).toEqual([]);
  });

  it("has found command lines at all", () => {
    expect(commandLines(texts.get("README.md") ?? "").length).toBeGreaterThan(10);
    expect(flawsOf(["copy", "--no-such"])).toEqual(["no flag --no-such of copy"]);
    expect(flawsOf(["ferry"])).toEqual(["no command ferry"]);
  });

  it.each(PAGES)("names flags that exist: %s", (page) => {
    const spans = spansOf(texts.get(page) ?? "").filter((span) => span.startsWith("-"));
    const flags = spans.flatMap((span) => span.match(/(?<![\w-])--?[a-z][a-z-]*/g) ?? []);
    expect(flags.filter((flag) => !everyFlag.has(flag))).toEqual([]);
  });

  it.each(PAGES)("links to what exists: %s", (page) => {
    const links = [...(texts.get(page) ?? "").matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = ""]) => link)
      .filter((link) => !link.startsWith("https://"));
    expect(links.filter((link) => !isThere(link, page))).toEqual([]);
  });

  it.each(PAGES)("shows configurations that are right: %s", async (page) => {
    const blocks = blocksOf(texts.get(page) ?? "", "yaml");
    for (const block of blocks.filter((text) => /^[^#\s]/m.test(text))) {
      const document = await readDocument("page.yaml", async () => block);
      expect(() => checkSchema(document, configSchema)).not.toThrow();
    }
  });
});

function isThere(link: string, page: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || headingsOf(target).includes(anchor);
}

/** Anchors as the forges make them of headings. */
function headingsOf(page: string): string[] {
  const headings = readFileSync(join(ROOT, page), "utf8").matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

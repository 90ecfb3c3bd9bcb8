import { describe, it } from "vitest";
import { type BadInput, CANARY, expectRefused, images, yaml } from "./bad-input.ts";

const IMAGES = ["sync", "--images", "images.json"];
const GOOD = { "source.test/app:v1": "target.test/app" };
const COPY = ["sync", "source.test/app:v1", "target.test/app"];

const FILES: readonly BadInput[] = [
  {
    name: "no file at all",
    exit: 2,
    says: ["CONFIG_NONE", "Try:", "--config"],
  },
  {
    name: "a file that is not there",
    args: IMAGES,
    exit: 2,
    says: ["CONFIG_NOT_FOUND", "images.json does not exist", "Try: Check the path."],
  },
  {
    name: "a file of another type",
    args: ["sync", "--images", "images.txt"],
    files: { "images.txt": "{}" },
    exit: 2,
    says: ["CONFIG_EXTENSION", "images.txt is neither .yaml, .yml nor .json", "Try: Rename it"],
  },
  {
    name: "an empty file",
    args: IMAGES,
    files: images(""),
    exit: 2,
    says: ["CONFIG_SYNTAX", "images.json:1:1", "the file is empty"],
  },
  {
    name: "a list where a map belongs",
    args: IMAGES,
    files: images(["source.test/app:v1"]),
    exit: 2,
    says: ["CONFIG_SYNTAX", "images.json:1:1"],
  },
  {
    name: "JSON without a colon",
    args: IMAGES,
    files: images('{\n  "source.test/app:v1" "target.test/app"\n}'),
    exit: 2,
    says: ["CONFIG_SYNTAX", "images.json:2:"],
  },
  {
    name: "JSON without its end",
    args: IMAGES,
    files: images('{\n  "source.test/app:v1": "target.test/app"'),
    exit: 2,
    says: ["CONFIG_SYNTAX", "images.json:2:42", "}"],
  },
  {
    name: "YAML with a wrong indent",
    files: yaml("policies:", "  - name: a", "    source: source.test/app", "   target: x"),
    exit: 2,
    says: ["CONFIG_SYNTAX", "imageferry.yaml:4:"],
  },
  {
    name: "YAML with a tab",
    files: yaml("policies:", "\t- name: a"),
    exit: 2,
    says: ["CONFIG_SYNTAX", "imageferry.yaml:2:1", "Tabs"],
  },
  {
    name: "broken YAML that holds a password",
    args: [...IMAGES, "--auth", "auth.yaml"],
    files: { ...images(GOOD), "auth.yaml": `source.test:\n  password: "${CANARY}\n  x: [` },
    exit: 2,
    says: ["CONFIG_SYNTAX", "auth.yaml:"],
  },
  {
    name: "the same key twice in JSON",
    args: IMAGES,
    files: images(
      '{"source.test/app:v1": "target.test/a",\n "source.test/app:v1": "target.test/b"}',
    ),
    exit: 2,
    says: ["CONFIG_DUPLICATE_KEY", "images.json:2:2", "stands twice", "Try: Merge the two entries"],
  },
  {
    name: "the same key twice in YAML",
    files: yaml("policies:", "  - name: a", "    name: b"),
    exit: 2,
    says: ["CONFIG_DUPLICATE_KEY", "imageferry.yaml:3:5", "Try: Merge the two entries"],
  },
  {
    name: "an unknown key",
    files: yaml(
      "policies:",
      "  - name: a",
      "    source: source.test/app",
      "    target: target.test/app",
      "    plattforms: [linux/amd64]",
    ),
    exit: 2,
    says: ["CONFIG_UNKNOWN_KEY", 'imageferry.yaml:5:5: unknown key "plattforms"', "Did you mean"],
  },
  {
    name: "an unknown key of a registry",
    args: COPY,
    registries: { "target.test": { endpoint: "http://127.0.0.1:9", plainHtpp: true } },
    exit: 2,
    says: ["CONFIG_UNKNOWN_KEY", '"plainHtpp"', 'Did you mean "plainHttp"?'],
  },
  {
    name: "a password in the open",
    args: COPY,
    registries: { "target.test": { credentials: { username: "u", password: CANARY } } },
    exit: 2,
    says: ["CONFIG_INVALID", "credentials.password", "a secret is named, never written"],
  },
  {
    name: "a user without password",
    args: [...IMAGES, "--auth", "auth.json"],
    files: { ...images(GOOD), "auth.json": '{"source.test": {"username": "u"}}' },
    exit: 2,
    says: ["AUTH_PASSWORD_MISSING", "source.test"],
  },
  {
    name: "--config beside --images",
    args: [...IMAGES, "--config", "config.json"],
    files: { ...images(GOOD), "config.json": JSON.stringify({ images: GOOD }) },
    exit: 2,
    says: ["CONFIG_AND_SPLIT_FILES"],
  },
  {
    name: "an authority that cannot be read",
    args: COPY,
    registries: { "other.test": { ca: "nowhere.pem" } },
    exit: 2,
    says: ["CA_UNREADABLE", "nowhere.pem does not exist", "Try: Give the path of a PEM file."],
  },
  {
    name: "an authority that is no certificate",
    args: COPY,
    files: { "ca.pem": "hello" },
    registries: { "other.test": { ca: "ca.pem" } },
    exit: 2,
    says: ["CA_UNREADABLE", "ca.pem holds no PEM text"],
  },
  {
    name: "a variable that is not set, in a rule",
    args: IMAGES,
    files: images({ "source.test/app:v1": `\${NO_SUCH_REGISTRY}/app` }),
    exit: 1,
    says: ["ENV_UNSET", "NO_SUCH_REGISTRY is not set", "Try: Set NO_SUCH_REGISTRY."],
  },
  {
    name: "a variable that is not set, for credentials",
    args: [...IMAGES, "--auth", "auth.json"],
    files: {
      ...images(GOOD),
      "auth.json": `{"source.test": {"username": "u", "password": "\${NO_SUCH_PASSWORD}"}}`,
    },
    exit: 2,
    says: ["ENV_UNSET", "NO_SUCH_PASSWORD is not set", "Try: Set NO_SUCH_PASSWORD."],
  },
];

describe.concurrent("bad input: files", () => {
  it.each(FILES)("$name", (row) => expectRefused(row));
});

// Exits with 0 when the server in this container answers that it is well. The image has no curl.
const [, port = "8080"] = /:(\d+)$/.exec(process.env["IMAGEFERRY_LISTEN"] ?? "") ?? [];
const signal = AbortSignal.timeout(4_000);
const { ok } = await fetch(`http://127.0.0.1:${port}/healthz`, { signal }).catch(() => ({
  ok: false,
}));
process.exitCode = ok ? 0 : 1;

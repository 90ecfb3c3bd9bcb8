/** The environment of a process whose clock jumps by so much, so long after its start. */
export function clockJump(jumpMs: number, afterMs: number): Readonly<Record<string, string>> {
  const hook = new URL("./clock-jump-hook.mjs", import.meta.url).href;
  return {
    NODE_OPTIONS: `--import=${hook}`,
    CLOCK_JUMP_MS: String(jumpMs),
    CLOCK_JUMP_AFTER_MS: String(afterMs),
  };
}

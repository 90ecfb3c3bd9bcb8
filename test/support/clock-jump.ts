/** The signal at which the clock of a process jumps that has the environment of {@link clockJump}. */
export const JUMP_SIGNAL = "SIGUSR2";

/** The environment of a process whose clock jumps by so much at {@link JUMP_SIGNAL}. */
export function clockJump(jumpMs: number): Readonly<Record<string, string>> {
  const hook = new URL("./clock-jump-hook.mjs", import.meta.url).href;
  return { NODE_OPTIONS: `--import=${hook}`, CLOCK_JUMP_MS: String(jumpMs) };
}

import type { TaskState } from "../../state/task-row.ts";
import type { StateMark } from "./state-mark.ts";

const MARKS: Readonly<Record<TaskState, StateMark>> = {
  pending: { label: "Pending", tone: "calm", shape: "dot" },
  running: { label: "Copying", tone: "busy", shape: "turning" },
  suspended: { label: "Suspended", tone: "warn", shape: "pause" },
  waiting: { label: "Waiting", tone: "warn", shape: "clock" },
  copied: { label: "Copied", tone: "good", shape: "check" },
  unchanged: { label: "Unchanged", tone: "same", shape: "equals" },
  skipped: { label: "Skipped", tone: "calm", shape: "dash" },
  failed: { label: "Failed", tone: "bad", shape: "cross" },
  poisoned: { label: "Given up", tone: "bad", shape: "bang" },
};

/** How the state of a tag is shown. */
export function taskMark(state: TaskState): StateMark {
  return MARKS[state];
}

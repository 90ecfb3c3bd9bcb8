import type { NoticesParts, OpenNotices } from "./open-notices.ts";

/** What {@link lazyNotices} is given: the configuration may have no notifications. */
export interface LazyNoticesParts extends Omit<NoticesParts, "notifications"> {
  readonly notifications?: NoticesParts["notifications"] | undefined;
}

/**
 * Notices whose code is loaded when the first run ends; `undefined` when nobody is to be told, so
 * that nothing is noted in the table either.
 */
export function lazyNotices({
  notifications = [],
  ...parts
}: LazyNoticesParts): OpenNotices | undefined {
  if (notifications.length === 0) return undefined;
  let opening: Promise<OpenNotices> | undefined;
  const open = (): Promise<OpenNotices> => {
    opening ??= import("./open-notices.ts").then(({ openNotices }) =>
      openNotices({ ...parts, notifications }),
    );
    return opening;
  };
  return {
    note: async (runId) => (await open()).note(runId),
    tell: async (budgetMs) => (await open()).tell(budgetMs),
    close: async () => (await opening)?.close(),
  };
}

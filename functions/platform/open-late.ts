/** Opens at the first call, for all calls; an opening that failed is tried again by the next. */
export function openLate<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  const openAnew = async (): Promise<T> => {
    try {
      return await open();
    } catch (error) {
      opened = undefined;
      throw error;
    }
  };
  return () => {
    opened ??= openAnew();
    return opened;
  };
}

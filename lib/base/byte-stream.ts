/**
 * Bytes as they pass: each chunk is good until the next one is asked for, or the stream is left.
 * Whoever needs it longer copies it.
 */
export type ByteStream = AsyncIterable<Uint8Array>;

/**
 * Reads a stream that must stay small into one buffer.
 *
 * @returns `undefined` when more than `bytesMax` bytes arrive; the stream is closed then.
 */
export async function collect(
  stream: ByteStream,
  bytesMax: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) return undefined;
    chunks.push(Buffer.from(chunk));
  }
  const only = chunks.length === 1 ? chunks[0] : undefined;
  return only ?? Buffer.concat(chunks, bytes);
}

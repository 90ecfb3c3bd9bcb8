import type { ByteStream } from "../../../lib/base/byte-stream.ts";
import type { Exchange, FakeResponse, Handler } from "./exchange.ts";
import type { RegistryState } from "./state.ts";

/** Takes the time a real network would: latency per request, bandwidth per body. */
export async function paceLayer(
  state: RegistryState,
  exchange: Exchange,
  next: Handler,
): Promise<FakeResponse> {
  const { latencyMs = 0, bandwidthBytesPerSecond } = state.options;
  if (latencyMs > 0) await state.clock.sleep(latencyMs, exchange.signal);
  if (bandwidthBytesPerSecond === undefined) return next(exchange);
  const paced = (body: ByteStream) =>
    pacedStream(body, (bytes) =>
      state.clock.sleep((bytes / bandwidthBytesPerSecond) * 1000, exchange.signal),
    );
  const response = await next({ ...exchange, body: paced(exchange.body) });
  if (response.body instanceof Uint8Array) return response;
  return { ...response, body: paced(response.body) };
}

async function* pacedStream(
  body: ByteStream,
  wait: (bytes: number) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    await wait(chunk.byteLength);
    yield chunk;
  }
}

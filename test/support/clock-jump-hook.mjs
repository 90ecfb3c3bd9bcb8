// Loaded with --import: some time after the process began, its clock jumps, once and for good.
const { CLOCK_JUMP_MS, CLOCK_JUMP_AFTER_MS } = process.env;
const jumpMs = Number(CLOCK_JUMP_MS);
const afterMs = Number(CLOCK_JUMP_AFTER_MS);
const RealDate = Date;

function now() {
  return RealDate.now() + (performance.now() < afterMs ? 0 : jumpMs);
}

globalThis.Date = class extends RealDate {
  static now() {
    return now();
  }

  constructor(...parts) {
    if (parts.length === 0) super(now());
    else super(...parts);
  }
};

// Loaded with --import: at SIGUSR2 the process's clock jumps, once and for good.
const jumpMs = Number(process.env.CLOCK_JUMP_MS);
const RealDate = Date;
let hasJumped = false;

process.on("SIGUSR2", () => {
  hasJumped = true;
});

function now() {
  return RealDate.now() + (hasJumped ? jumpMs : 0);
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

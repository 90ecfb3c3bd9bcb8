const CORES = 2;

/**
 * Set-up of the simulation's tests: tells in the end how much CPU time they took. Beside other tests
 * they last as long as those leave them; alone, about this time divided by the cores.
 */
export default function tellCpuTime(): () => void {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    const seconds = (user + system) / 1e6;
    const minutes = (seconds / 60 / CORES).toFixed(1);
    console.info(
      `simulation: ${seconds.toFixed(0)} CPU seconds, ${minutes} minutes of ${CORES} cores`,
    );
  };
}

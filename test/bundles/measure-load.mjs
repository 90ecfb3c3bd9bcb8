// Prints the CPU time in microseconds that Node's own start took, and that of loading modules.
const total = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};
const bare = total();
for (const module of process.argv.slice(2)) await import(module);
console.log(JSON.stringify({ bare, load: total() - bare }));
process.exit(0);

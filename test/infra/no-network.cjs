// Loaded before a program that must not need a network: it fails at the first connection or look-up.
const dns = require("node:dns");
const net = require("node:net");

function refuse() {
  console.error("NETWORK USED", new Error().stack);
  process.exit(99);
}

net.Socket.prototype.connect = refuse;
dns.lookup = refuse;
dns.promises.lookup = refuse;

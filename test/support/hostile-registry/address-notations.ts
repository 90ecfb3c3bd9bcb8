/** Where a notation leads, and how it is written in a URL. */
export interface AddressNotation {
  /** As it stands between scheme and path. */
  readonly host: string;
  /** What is there. */
  readonly what: "metadata" | "loopback" | "private" | "unspecified" | "reserved";
}

/**
 * Addresses that no registry may lead to, in every spelling that some resolver or URL parser
 * understands. Most are 169.254.169.254, where clouds hand out the credentials of a machine.
 */
export const ADDRESS_NOTATIONS: readonly AddressNotation[] = [
  ...of("metadata", [
    // Dotted, and what parsers make of fewer or other parts.
    "169.254.169.254",
    "169.254.169.254.",
    "169.254.43518",
    "169.16689662",
    "2852039166",
    "0xA9FEA9FE",
    "0xa9.0xfe.0xa9.0xfe",
    "0xa9.254.0251.0xfe",
    "0251.0376.0251.0376",
    "0000251.0000376.0000251.0000376",
    "025177524776",
    "0xa9.16689662",
    "169.0376.0xa9fe",
    "0x00000000a9fea9fe",
    // With more around the address than the address.
    "169.254.169.254:80",
    "169.254.169.254:443",
    "registry-1.docker.io@169.254.169.254",
    "registry-1.docker.io:443@169.254.169.254:80",
    "registry-1.docker.io%40x:y@169.254.169.254",
    "%31%36%39.254.169.254",
    "169%2e254%2e169%2e254",
    "169.254.169.254%2e",
    // Other digits and dots that normalise to these.
    "１６９.２５４.１６９.２５４",
    "①⑥⑨.②⑤④.①⑥⑨.②⑤④",
    "169。254。169。254",
    "169．254．169．254",
    "169｡254｡169｡254",
    "𝟏𝟔𝟗.𝟐𝟓𝟒.𝟏𝟔𝟗.𝟐𝟓𝟒",
    "169.254.169.25\u00ad4",
    // IPv4 within IPv6.
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[0:0:0:0:0:ffff:a9fe:a9fe]",
    "[0000:0000:0000:0000:0000:FFFF:A9FE:A9FE]",
    "[::169.254.169.254]",
    "[::a9fe:a9fe]",
    "[::ffff:0:169.254.169.254]",
    "[64:ff9b::169.254.169.254]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::a9fe:a9fe]",
    "[2002:a9fe:a9fe::]",
    "[2002:a9fe:a9fe::1]",
    "[2001:0:a9fe:a9fe::1]",
    // The services of others.
    "[fd00:ec2::254]",
    "[fd00:0ec2:0:0:0:0:0:254]",
    "[fd20:ce::254]",
    "100.100.100.200",
    "0x646464c8",
    "1684301000",
    "[::ffff:100.100.100.200]",
    "168.63.129.16",
    "0xa83f8110",
    "192.0.0.192",
    "[fe80::a9fe:a9fe]",
    "[fe80::1%25eth0]",
    "[fe80::1%eth0]",
  ]),
  ...of("loopback", [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "127.255.255.254",
    "127.0.0.1.",
    "localhost",
    "LOCALHOST",
    "ｌｏｃａｌｈｏｓｔ",
    "loc%61lhost",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
  ]),
  ...of("unspecified", ["0", "0.0.0.0", "0x0", "0.1.2.3", "[::]", "[::ffff:0.0.0.0]"]),
  ...of("private", [
    "10.0.0.1",
    "0x0a000001",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.1.1",
    "192.168.257",
    "100.64.0.1",
    "[fc00::1]",
    "[fd12:3456:789a::1]",
    "[fec0::1]",
    "[::ffff:192.168.0.1]",
    "[2002:c0a8:1::1]",
  ]),
  ...of("reserved", ["224.0.0.1", "240.0.0.1", "255.255.255.255", "[ff02::1]", "192.0.0.1"]),
];

function of(what: AddressNotation["what"], hosts: readonly string[]): AddressNotation[] {
  return hosts.map((host) => ({ host, what }));
}

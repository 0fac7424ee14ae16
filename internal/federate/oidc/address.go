package oidc

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"syscall"
)

// Network says to which addresses a connection to an issuer may go. It is asked about the address that is really connected to, after
// every name has been looked up: what a name meant a moment before does not matter.
type Network struct {
	// Loopback allows this machine itself, and issuers without TLS there: development mode only.
	Loopback bool
	// Private are the networks of one's own, not reachable from the internet, in which issuers may stand.
	Private []netip.Prefix
}

// ErrAddress says that an issuer stands where none may be asked.
var ErrAddress = errors.New("oidc: the address is not allowed")

// never are addresses at which clouds serve their machines' credentials or that mean no single host, beside what is link-local: no
// configuration allows them.
var never = prefixes(
	"0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "169.254.0.0/16", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32",
	"::/128", "fe80::/10", "fec0::/10", "ff00::/8", "fd00:ec2::/32", "fd20:ce::254/128", "2001::/32", "::ffff:0:0:0/96",
)

// special are all that the internet does not route (IANA IPv4 and IPv6 Special-Purpose Address Registries): allowed where the
// configuration says so.
var special = prefixes(
	"10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24",
	"::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7",
)

// carriers are IPv6 networks whose addresses stand for IPv4 ones, with the byte at which those begin: NAT64 and 6to4.
var carriers = []struct {
	prefix netip.Prefix
	at     int
}{{netip.MustParsePrefix("64:ff9b::/96"), 12}, {netip.MustParsePrefix("2002::/16"), 2}}

func prefixes(list ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(list))
	for i, s := range list {
		all[i] = netip.MustParsePrefix(s)
	}
	return all
}

// Control is for [net.Dialer]: it refuses a connection by its address before it is made.
func (n Network) Control(network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return fmt.Errorf("%w: %s", ErrAddress, network)
	}
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %q", ErrAddress, address)
	}
	return n.Allow(at.Addr())
}

// Allow says whether an address may be connected to.
func (n Network) Allow(a netip.Addr) error {
	if !n.allows(a.Unmap().WithZone("")) {
		return fmt.Errorf("%w: %s", ErrAddress, a)
	}
	return nil
}

func (n Network) allows(a netip.Addr) bool {
	if !a.IsValid() || in(never, a) {
		return false
	}
	if a.IsLoopback() {
		return n.Loopback
	}
	for _, c := range carriers {
		if c.prefix.Contains(a) {
			b := a.As16()
			v4, _ := netip.AddrFromSlice(b[c.at : c.at+4])
			return !v4.IsLoopback() && n.allows(v4)
		}
	}
	return !in(special, a) || in(n.Private, a)
}

func in(list []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(a) })
}

package policy

import (
	"strconv"
	"strings"
)

// instant is a point in time: seconds since 1970 and a fraction of nine digits.
type instant struct {
	seconds int64
	nanos   int32
}

func (a instant) compare(b instant) int {
	switch {
	case a.seconds != b.seconds:
		if a.seconds < b.seconds {
			return -1
		}
		return 1
	case a.nanos != b.nanos:
		if a.nanos < b.nanos {
			return -1
		}
		return 1
	}
	return 0
}

// parseDate reads the W3C profile of ISO 8601 (YYYY to
// YYYY-MM-DDThh:mm:ss.sTZD) or seconds since 1970. A time without a zone is
// UTC. Four digits are a year.
func parseDate(s string) (instant, bool) {
	if len(s) != 4 || !isDigits(s) {
		if t, ok := parseEpoch(s); ok {
			return t, true
		}
	}
	c := dateCursor{s: s}
	year, month, day := c.number(4), 1, 1
	if c.skip('-') {
		month = c.number(2)
		if c.skip('-') {
			day = c.number(2)
		}
	}
	if c.bad || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return instant{}, false
	}
	t := instant{seconds: daysSinceEpoch(year, month, day) * 86400}
	if c.skip('T') || c.skip('t') {
		c.clock(&t)
	}
	if c.bad || c.s != "" {
		return instant{}, false
	}
	return t, true
}

func parseEpoch(s string) (instant, bool) {
	digits := s
	if s != "" && (s[0] == '-' || s[0] == '+') {
		digits = s[1:]
	}
	whole, fraction, point := strings.Cut(digits, ".")
	if !isDigits(whole) || len(whole) > 18 || point && (!isDigits(fraction) || len(fraction) > 9) {
		return instant{}, false
	}
	n, _ := strconv.ParseInt(whole, 10, 64)
	t := instant{seconds: n, nanos: nanos(fraction)}
	if s[0] == '-' {
		t.seconds = -t.seconds
		if t.nanos > 0 {
			t.seconds, t.nanos = t.seconds-1, 1e9-t.nanos
		}
	}
	return t, true
}

// nanos reads the digits after a decimal point, nine at most.
func nanos(digits string) int32 {
	n := int32(0)
	for i := range 9 {
		n *= 10
		if i < len(digits) {
			n += int32(digits[i] - '0')
		}
	}
	return n
}

type dateCursor struct {
	s   string
	bad bool
}

func (c *dateCursor) skip(b byte) bool {
	if c.s != "" && c.s[0] == b {
		c.s = c.s[1:]
		return true
	}
	return false
}

func (c *dateCursor) number(width int) int {
	if len(c.s) < width || !isDigits(c.s[:width]) {
		c.bad = true
		return 0
	}
	n := 0
	for i := range width {
		n = n*10 + int(c.s[i]-'0')
	}
	c.s = c.s[width:]
	return n
}

// clock reads hh:mm[:ss[.s]][Z|+hh:mm|-hh:mm] and adds it.
func (c *dateCursor) clock(t *instant) {
	hour := c.number(2)
	if !c.skip(':') {
		c.bad = true
		return
	}
	minute, second := c.number(2), 0
	if c.skip(':') {
		second = c.number(2)
		if c.skip('.') {
			n := 0
			for n < len(c.s) && '0' <= c.s[n] && c.s[n] <= '9' {
				n++
			}
			if n == 0 || n > 9 {
				c.bad = true
				return
			}
			t.nanos = nanos(c.s[:n])
			c.s = c.s[n:]
		}
	}
	if hour > 23 || minute > 59 || second > 59 {
		c.bad = true
		return
	}
	t.seconds += int64(hour)*3600 + int64(minute)*60 + int64(second) - int64(c.zone())
}

// zone reads the offset from UTC in seconds.
func (c *dateCursor) zone() int {
	sign := 1
	switch {
	case c.s == "" || c.skip('Z') || c.skip('z'):
		return 0
	case c.skip('-'):
		sign = -1
	case !c.skip('+'):
		c.bad = true
		return 0
	}
	hour, minute := c.number(2), 0
	if c.skip(':') || c.s != "" {
		minute = c.number(2)
	}
	if hour > 23 || minute > 59 {
		c.bad = true
	}
	return sign * (hour*3600 + minute*60)
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysSinceEpoch counts days of the Gregorian calendar from 1970-01-01.
func daysSinceEpoch(year, month, day int) int64 {
	// Years start in March, so that the leap day is the last one.
	if month <= 2 {
		year--
		month += 12
	}
	era := floorDiv(year, 400)
	yearOfEra := year - era*400
	dayOfYear := (153*(month-3)+2)/5 + day - 1
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	return int64(era)*146097 + int64(dayOfEra) - 719468
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// dateForm is the looser check at the time of writing: IAM stores some dates
// that no evaluation can read ("01T"), and refuses those whose parts are out of
// range. Week dates and the like are refused.
func dateForm(s string) bool {
	if isDigits(strings.TrimPrefix(s, "-")) && (len(s) != 4 || s[0] == '-') {
		_, err := strconv.ParseInt(s, 10, 64)
		return err == nil
	}
	if _, ok := parseDate(s); ok {
		return true
	}
	date, clock, _ := strings.Cut(strings.ToUpper(s), "T")
	date = strings.TrimPrefix(date, "-")
	parts := strings.Split(date, "-")
	if len(parts) > 3 || !inRange(parts[0], 0, 292278993) {
		return false
	}
	if len(parts) > 1 && !inRange(parts[1], 1, 12) || len(parts) > 2 && !inRange(parts[2], 1, 31) {
		return false
	}
	return clock == "" || clockForm(clock)
}

func clockForm(s string) bool {
	parts := strings.SplitN(s, ":", 3)
	if !inRange(parts[0], 0, 23) || len(parts) > 1 && !inRange(parts[1], 0, 59) {
		return false
	}
	if len(parts) < 3 {
		return true
	}
	seconds, zone := parts[2], ""
	if i := strings.IndexAny(seconds, "Z+-"); i >= 0 {
		seconds, zone = seconds[:i], seconds[i:]
	}
	seconds, fraction, point := strings.Cut(seconds, ".")
	if !inRange(seconds, 0, 59) || point && !inRange(fraction, 0, 999999999) {
		return false
	}
	if zone == "" || zone == "Z" {
		return true
	}
	hours, minutes, colon := strings.Cut(zone[1:], ":")
	return zone[0] != 'Z' && len(hours) == 2 && inRange(hours, 0, 23) &&
		(!colon || len(minutes) == 2 && inRange(minutes, 0, 59))
}

func inRange(s string, low, high int64) bool {
	if !isDigits(s) || len(s) > 18 {
		return false
	}
	n, _ := strconv.ParseInt(s, 10, 64)
	return low <= n && n <= high
}

#!/bin/sh
# Installs the command line clients that the stories are told with, where they are missing: Debian's awscli, curl with --aws-sigv4, and a C compiler
# for the race detector.
set -eu

missing=
[ -x /usr/bin/aws ] || command -v aws >/dev/null 2>&1 || missing="$missing awscli"
command -v curl >/dev/null 2>&1 || missing="$missing curl"
# The race detector needs a C compiler.
command -v gcc >/dev/null 2>&1 || missing="$missing gcc libc6-dev"
if [ -z "$missing" ]; then
	exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
	echo "These clients are missing and cannot be installed from here:$missing" >&2
	echo "Install them (on Debian, as root: apt-get install$missing) and run this again." >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # the names are separate words
apt-get install -y -qq --no-install-recommends $missing

#!/bin/sh
# Installs the clients that the stories are told with, where they are missing: Debian's awscli, boto3, curl with --aws-sigv4, a C compiler for the race
# detector, and the AWS SDK for JavaScript from the npm registry.
set -eu

missing=
[ -x /usr/bin/aws ] || command -v aws >/dev/null 2>&1 || missing="$missing awscli"
command -v curl >/dev/null 2>&1 || missing="$missing curl"
# The race detector needs a C compiler.
command -v gcc >/dev/null 2>&1 || missing="$missing gcc libc6-dev"
python=/usr/bin/python3
[ -x "$python" ] || python=python3
"$python" -c 'import boto3' >/dev/null 2>&1 || missing="$missing python3 python3-boto3"
command -v node >/dev/null 2>&1 || missing="$missing nodejs"
command -v npm >/dev/null 2>&1 || missing="$missing npm"

packages() {
	cd "$(dirname "$0")/js"
	# npm leaves this file behind when it has installed what the lock file says.
	if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
		npm ci --no-audit --no-fund --loglevel=error >/dev/null
		touch node_modules/.package-lock.json
	fi
}

if [ -z "$missing" ]; then
	packages
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
packages

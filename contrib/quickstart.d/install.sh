#!/bin/sh
# As root: installs the packages that are named. Nothing installed here may
# start a service: nginx would take port 80, now or at the next boot.
set -eu
policy=/usr/sbin/policy-rc.d
saved=$policy.before-cardea-quickstart
restore() {
	rm -f "$policy"
	if [ -e "$saved" ]; then mv -f "$saved" "$policy"; fi
}
if [ -e "$saved" ] || grep -qs cardea-quickstart "$policy"; then restore; fi
trap restore EXIT
trap "exit 130" HUP INT TERM
if [ -e "$policy" ]; then mv "$policy" "$saved"; fi
printf "#!/bin/sh\n# cardea-quickstart: removed in a moment\nexit 101\n" >"$policy"
chmod 755 "$policy"
export DEBIAN_FRONTEND=noninteractive
if [ -e /usr/sbin/nginx ]; then had_nginx=yes; else had_nginx=; fi
apt-get -q -o DPkg::Lock::Timeout=120 update
apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@"
if [ -z "$had_nginx" ] && [ -e /usr/sbin/nginx ]; then
	DPKG_MAINTSCRIPT_PACKAGE=nginx-common deb-systemd-helper disable nginx.service || true
	update-rc.d nginx disable || true
fi

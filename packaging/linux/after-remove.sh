#!/bin/sh
# Runs after the deb or the rpm has taken its files away. A person's data is not touched.
set -e

# An update removes the old package first: what it needs again stays. deb says "upgrade", rpm how many are left.
case "$1" in upgrade | 1) exit 0 ;; esac

profile='/etc/apparmor.d/${executable}'
if [ -f "$profile" ]; then
  if command -v apparmor_parser >/dev/null && ! { command -v ischroot >/dev/null && ischroot; }; then
    apparmor_parser --remove "$profile" || true
  fi
  rm -f "$profile"
fi
if command -v update-desktop-database >/dev/null; then update-desktop-database /usr/share/applications || true; fi
if command -v update-mime-database >/dev/null; then update-mime-database /usr/share/mime || true; fi
exit 0

#!/bin/sh
# Runs after the deb or the rpm has put its files in place.
set -e
app='/opt/${sanitizedProductName}'

# Earlier packages led the command to the window; now it is the command line.
if command -v update-alternatives >/dev/null && [ -e '/etc/alternatives/${executable}' ]; then
  update-alternatives --remove '${executable}' "$app/${executable}" || true
fi

# Chromium's own sandbox: by user namespaces where an ordinary user may make them, else by a program of root's.
if [ -e "$app/chrome-sandbox" ]; then
  if [ -L /proc/self/ns/user ] && unshare --user true 2>/dev/null; then
    chmod 0755 "$app/chrome-sandbox"
  else
    chmod 4755 "$app/chrome-sandbox"
  fi
fi

# A cache that can't be renewed keeps nobody from the app.
if command -v update-mime-database >/dev/null; then update-mime-database /usr/share/mime || true; fi
if command -v update-desktop-database >/dev/null; then update-desktop-database /usr/share/applications || true; fi

# Ubuntu since 23.10 gives user namespaces only to programs with a profile. An older AppArmor can't read it, and needs none.
profile="$app/resources/apparmor-profile"
if command -v apparmor_parser >/dev/null && [ -d /etc/apparmor.d ] &&
  apparmor_parser --skip-kernel-load --debug "$profile" >/dev/null 2>&1; then
  cp -f "$profile" '/etc/apparmor.d/${executable}'
  if ! { command -v ischroot >/dev/null && ischroot; }; then
    apparmor_parser --replace --write-cache --skip-read-cache '/etc/apparmor.d/${executable}' || true
  fi
fi
exit 0

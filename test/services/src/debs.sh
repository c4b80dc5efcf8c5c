#!/bin/sh
# Downloads Debian packages and unpacks them into FOLDER. No root, nothing is installed, apt checks the signatures.
#   debs.sh FOLDER SUITE PACKAGE...      SUITE is a Debian release, or - for the sources of this machine
# Another release comes from where the machine has its own.
# Of several that run at once for one FOLDER, one downloads and the others wait for it.
set -eu
folder=$1 suite=$2
shift 2

mkdir -p "$(dirname "$folder")"
exec 9>"$folder.lock"
flock 9
if [ -d "$folder" ]; then exit 0; fi

part=$folder.part # Whoever holds the lock owns it; a download that was cut off leaves it behind.
rm -rf "$part"
mkdir -p "$part/apt/lists/partial" "$part/apt/archives/partial" "$part/debs" "$part/root"

{
  echo "Dir::State::Lists \"$part/apt/lists\"; Dir::Cache \"$part/apt\";"
  echo 'APT::Sandbox::User "root"; Acquire::Languages "none"; Acquire::Retries "3"; Acquire::http::Timeout "30";'
  # What the machine does after its own updates.
  echo '#clear APT::Update::Post-Invoke; #clear APT::Update::Post-Invoke-Success;'
  if [ "$suite" != - ]; then
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' | grep -v security | head -n 1)
    echo "Dir::Etc::SourceList \"$part/apt/sources.list\"; Dir::Etc::SourceParts \"/dev/null\";"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" \
      >"$part/apt/sources.list"
  fi
} >"$part/apt/apt.conf"

apt-get -q -c "$part/apt/apt.conf" update
(cd "$part/debs" && apt-get -q -c "$part/apt/apt.conf" download "$@")
for deb in "$part"/debs/*.deb; do dpkg-deb -x "$deb" "$part/root"; done
mv "$part/root" "$folder"
rm -rf "$part"

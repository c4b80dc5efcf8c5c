#!/bin/sh
# Outlives the process that started it. When that process ends, however it ends, standard input closes: then this ends
# the server and removes FOLDER.
#   guard.sh FOLDER SIGNAL      reads a line for each process group it must end, an empty line when there is none
folder=$1 signal=$2
group=
while read -r line; do group=$line; done

alive() {
  kill -s 0 -- "-$group" 2>/dev/null
}

if [ -n "$group" ]; then
  # PostgreSQL puts each child into a group of its own. None of those that stand still obeys a signal.
  children=$(cat "/proc/$group/task/$group/children" 2>/dev/null)
  kill -s CONT -- "-$group" $children 2>/dev/null
  kill -s "$signal" -- "-$group" 2>/dev/null
  tries=0
  while alive && [ $tries -lt 30 ]; do
    sleep 0.1
    tries=$((tries + 1))
  done
  if alive; then kill -s KILL -- "-$group" $children 2>/dev/null; fi
fi
rm -rf "$folder" || { sleep 1 && rm -rf "$folder"; }

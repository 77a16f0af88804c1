# Runs a server until whoever started it closes our standard input, by intention or by dying, and removes its folder.
# usage: sh throwaway_server.sh FOLDER PROGRAM ARGUMENTS…
folder=$1
shift
cd /
exec 3<&0
"$@" 3<&- </dev/null &
server=$!
{
    read -r _ <&3
    kill -QUIT "$server" 2>/dev/null
} &
wait "$server"
code=$?
exec 3<&-
rm -rf "$folder"
exit "$code"

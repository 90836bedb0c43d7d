#!/bin/sh
# Builds .venv from requirements.lock, or leaves it alone if it is up to date: the Makefile's
# commands call this first; `sh setup.sh coursework` adds the packages of coursework.lock. PYTHON names the interpreter to use, TORCH_INDEX a further index to
# look for torch's wheel.
#
# .venv/ready is written last and says where and from what the environment was built. Where it is
# missing, an install was interrupted and any package may be torn; where it names another folder,
# the environment was moved or copied, and it holds absolute paths: both are built anew.
set -eu
cd "$(dirname "$0")"

version() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }
place() { pwd -P && version .venv/bin/python; }
contents() { cksum <requirements.lock; }

# Prints the interpreter to build with: PYTHON if given, else the first on the path that will do.
find_python() {
    if [ "${PYTHON:-}" ]; then set -- "$PYTHON"; else set -- python3 python3.13 python3.12 python3.11 python; fi
    for python; do
        found=$(version "$python") || continue
        if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            why=${why:-"$python is Python $found"}
        elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            why=${why:-"$python cannot make environments (Debian and Ubuntu: install python3-venv)"}
        else
            # Not the name: in an activated .venv it would stand for what is about to be removed.
            "$python" -c 'import sys; print(sys._base_executable)'
            return
        fi
    done
    echo "Checked Gradients needs Python 3.11 or newer, but ${why:-"there is no $1"}: install it, or name another one with PYTHON=/path/to/python3." >&2
    return 1
}

if [ -f .venv/ready ] && [ "$(cat .venv/coursework 2>/dev/null)" != begun ] && [ "$(place)" = "$(head -n 2 .venv/ready)" ] &&
    { [ -z "${PYTHON:-}" ] || [ "$(version "$PYTHON")" = "$(version .venv/bin/python)" ]; }; then
    if [ "$(contents)" != "$(tail -n 1 .venv/ready)" ]; then
        echo "The lock has changed: updating .venv"
        rm .venv/ready
    fi
else
    python=$(find_python)
    echo "Building .venv with Python $(version "$python"), a few minutes the first time"
    rm -f .venv/ready
    rm -rf .venv
    "$python" -m venv .venv
fi

if [ ! -f .venv/ready ]; then
    .venv/bin/python -m pip install --disable-pip-version-check --no-input \
        ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} --requirement requirements.lock --editable .
    { place && contents; } >.venv/ready
fi

# An optional part's own lock holds the same versions of what is there already, and more.
if [ "${1:-}" ] && [ "$(cat ".venv/$1" 2>/dev/null)" != "$(cksum <"$1.lock")" ]; then
    echo begun >".venv/$1" # in place of the lock's sum: interrupted, as without .venv/ready
    .venv/bin/python -m pip install --disable-pip-version-check --no-input --quiet \
        ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} --requirement "$1.lock" ||
        { rm ".venv/$1" && exit 1; } # pip has put back what was there
    cksum <"$1.lock" >".venv/$1"
fi

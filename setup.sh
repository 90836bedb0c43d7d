#!/bin/sh
# Builds .venv from requirements.lock: what a learner needs. `sh setup.sh test coursework` adds the
# packages of test.lock and of coursework.lock. What is up to date is left alone, so the Makefile's
# commands call this first. PYTHON names the interpreter to use, TORCH_INDEX a further index to look
# for torch's wheel.
#
# .venv/ready says where and with which Python the environment was built, and names each installed
# lock with its sum. It is taken away during an install. Where it is missing, an install was
# interrupted and any package may be torn. Where it names another folder, the environment was moved
# or copied, and it holds absolute paths. In both cases .venv is built anew.
set -eu
cd "$(dirname "$0")"
trap 'exit 130' INT # else a shell may go on when pip answers Ctrl+C by failing

version() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }
place() { pwd -P && version .venv/bin/python; }

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

if [ ! -f .venv/ready ] || [ "$(place)" != "$(head -n 2 .venv/ready)" ] ||
    { [ "${PYTHON:-}" ] && [ "$(version "$PYTHON")" != "$(version .venv/bin/python)" ]; }; then
    python=$(find_python)
    echo "Building .venv with Python $(version "$python"), a few minutes the first time"
    if [ "$(uname)" = Linux ] && [ -z "${TORCH_INDEX:-}" ]; then
        echo "On Linux torch's usual wheel brings gigabytes for GPUs, which the notebooks do not need. The README's Start names a smaller one: press Ctrl+C to choose it."
    fi
    rm -rf .venv/ready .venv
    "$python" -m venv .venv
    place >.venv/ready
fi

for part in requirements "$@"; do
    # pip also copies settings for Jupyter into .venv: what is new in them must get there.
    [ "$part" = requirements ] && settings="pyproject.toml helpers/*.json helpers/lab/*.json helpers/lab/static/*" || settings=
    lock="$part $(cat "$part.lock" $settings 2>/dev/null | cksum)"
    case "$(cat .venv/ready)" in *"$lock"*) continue ;; esac
    echo "Installing the packages of $part.lock"
    mv .venv/ready .venv/installing
    [ "$part" = requirements ] && quiet= || quiet=--quiet # else a line for each package that is there
    .venv/bin/python -m pip install --disable-pip-version-check --no-input $quiet \
        ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} --requirement "$part.lock" --editable . || {
        # The parts only add: when one can't be installed, what was there before is whole.
        [ "$part" = requirements ] || mv .venv/installing .venv/ready
        exit 1
    }
    sed "/^$part /d" .venv/installing >.venv/done
    echo "$lock" >>.venv/done
    mv .venv/done .venv/ready
done

# Coursework keeps students' attempts apart with bubblewrap (helpers/coursework/jail.py).
case " $* " in *" coursework "*)
    if [ "$(uname)" = Linux ] && ! command -v bwrap >/dev/null; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            { apt-get update -q && apt-get install -y -q bubblewrap; } >/dev/null 2>&1 || true
        fi
        command -v bwrap >/dev/null ||
            echo "Grading is safest with bubblewrap: install it (Debian and Ubuntu: sudo apt-get install bubblewrap)."
    fi ;;
esac

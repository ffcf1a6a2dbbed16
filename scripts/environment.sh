# Sourced by demo, test and check: what the machine must have, and a virtual environment that is built once.
# Settings: PYTHON (interpreter to use), CXX (compiler), and every PIP_* variable that pip itself reads.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# The tests start some hundred processes, and a third of what one takes to begin is to compile our modules.
unset PYTHONDONTWRITEBYTECODE

# Runs the given command as root where that needs no password; fails otherwise.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

# Installs Debian packages where that is allowed; else says what to install and ends with 2.
install_system_packages() {
    if command -v apt-get >/dev/null && as_root true; then
        echo "installing system packages: $*"
        as_root apt-get update -qq >/dev/null || true
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null && return 0
    fi
    {
        echo "openwork needs system packages that are missing, and this user may not install them: $*"
        echo "  Debian, Ubuntu: sudo apt-get install $*"
        echo "  elsewhere: Python 3.11 or newer with venv and headers, a C++17 compiler, for checks and tests Node.js with npm"
    } >&2
    exit 2
}

python_ok() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null && python_ok "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

has_headers() {
    "$1" -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))'
}

find_compiler() {
    local candidate
    for candidate in ${CXX:-} c++ g++ clang++; do
        command -v "$candidate" && return 0
    done
    return 1
}

# The browser of the browser tests and of the picture.
find_chromium() {
    local candidate
    for candidate in "${OPENWORK_CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome; do
        [ -n "$candidate" ] && command -v "$candidate" && return 0
    done
    return 1
}

# Sets `python` to an interpreter that can build the package; installs or names what is missing.
require_machine() {
    local missing=()
    python=$(find_python) || missing+=(python3 python3-venv python3-dev)
    [ -n "$python" ] && { has_headers "$python" || missing+=(python3-dev); }
    find_compiler >/dev/null || missing+=(g++)
    [ ${#missing[@]} -eq 0 ] && return 0
    install_system_packages "${missing[@]}"
    if ! python=$(find_python); then
        echo "openwork needs Python 3.11 or newer with venv; set PYTHON to one" >&2
        exit 2
    fi
}

# Whether environment $1 stands as the given paths ask.
is_current() {
    local venv=$1
    shift
    [ -x "$venv/bin/python" ] && [ "$(cat "$venv/openwork.stamp" 2>/dev/null)" = "$("$venv/bin/python" scripts/fingerprint.py "$@")" ]
}

# Makes $1 a virtual environment in which `$2` (a function) has run, once for each fingerprint of the given paths.
ensure_environment() {
    local venv=$1 install=$2 stamp
    shift 2
    stamp="$venv/openwork.stamp"
    is_current "$venv" "$@" && return 0
    require_machine
    [ -x "$venv/bin/python" ] && python_ok "$venv/bin/python" || { rm -rf "$venv" && "$python" -m venv "$venv"; }
    rm -f "$stamp"
    "$install"
    "$venv/bin/python" scripts/fingerprint.py "$@" >"$stamp"
}

# Without compiling: of the 12,000 modules that come along, a tenth is ever imported, and is compiled then.
pip_install() {
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile "${@:2}"
}

# Everything that the tests and the checks need, in .venv-test. The package is editable: only a change of the core,
# of the build or of the dependencies installs again.
test_venv=.venv-test
torch_version=2.13.0
tested=(pyproject.toml CMakeLists.txt core scripts/environment.sh)

# What the tests run on and what scripts/wheel packs is one core, compiled once: with what builds it in the environment
# itself, and always in the same folder, a second build finds everything done.
shared_build=(--no-build-isolation --config-settings=build-dir=build/core)

build_requirements() {
    "$1/bin/python" -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"])'
}

install_tests() {
    echo "setting up $test_venv (PyTorch $torch_version, the package, what the tests need)"
    pip_install "$test_venv" "torch==$torch_version"
    pip_install "$test_venv" $(build_requirements "$test_venv") cmake ninja
    PATH="$root/$test_venv/bin:$PATH" pip_install "$test_venv" "${shared_build[@]}" --editable ".[dev]"
}

ensure_test_environment() {
    ensure_environment "$test_venv" install_tests "${tested[@]}"
}

# What checks the live page's JavaScript, pinned in package.json, in node_modules. Settings: every npm_config_* variable
# that npm itself reads. Without a lock file: it would name the registry that it was made with.
install_node_modules() {
    echo "setting up node_modules (what checks the live page)"
    npm install --silent --no-package-lock --ignore-scripts --no-audit --no-fund
}

ensure_node_modules() {
    local stamp=node_modules/openwork.stamp
    cmp --silent package.json "$stamp" && return 0
    command -v node >/dev/null && command -v npm >/dev/null || install_system_packages nodejs npm
    install_node_modules
    cp package.json "$stamp"
}

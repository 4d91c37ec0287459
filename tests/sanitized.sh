#!/usr/bin/env bash
# The whole test suite, and some thousand cases of the fuzzer, with a core that is built
# with AddressSanitizer and UndefinedBehaviorSanitizer. Exits with an error on any report.
#
#     tests/sanitized.sh [CASES]
#
# Needs what CI needs (Python, pip, a C compiler) and the compiler's libasan and libubsan.
set -euo pipefail
cd "$(dirname "$0")/.."
unset PYTHONPATH VIRTUAL_ENV
cases=${1:-5000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PIP_QUIET=1

python3 -m venv "$work/venv"
bin=$work/venv/bin
# b_lundef: Python itself brings the symbols of the sanitizers, by LD_PRELOAD below. Some
# optimisation stays on: without it the suite takes an hour.
"$bin/pip" install ".[test]" -Csetup-args=-Dcore=enabled \
  -Csetup-args=-Db_sanitize=address,undefined -Csetup-args=-Db_lundef=false \
  -Csetup-args=-Dbuildtype=debugoptimized

library() { "${CC:-cc}" -print-file-name="$1"; }
cat >"$work/preloaded" <<EOF
#!/usr/bin/env bash
export LD_PRELOAD="$(library libasan.so) $(library libubsan.so)"
exec "\$@"
EOF
chmod +x "$work/preloaded"

export SKNORM_KERNELS=compiled
# No leaks: Python frees little of what it holds when it exits, and none of it is ours.
# log_path: tests that start a process of their own do not show what it printed.
export ASAN_OPTIONS=detect_leaks=0:abort_on_error=1:log_path=$work/report
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1:log_path=$work/report

no_reports() {
  ! ls "$work"/report.* >/dev/null 2>&1 || { cat "$work"/report.*; return 1; }
}

# A sanitizer that sees nothing would pass all: it must see a read beyond the end.
cat >"$work/beyond.c" <<'EOF'
#include <stdlib.h>
int main(int n, char **a) { char *x = malloc(n); (void)a; return x[n + n]; }
EOF
"${CC:-cc}" -g -fsanitize=address,undefined "$work/beyond.c" -o "$work/beyond"
if "$work/beyond" 2>/dev/null || no_reports >/dev/null; then
  echo "The sanitizers do not report an error that is there."
  exit 1
fi
rm "$work"/report.*
ldd "$work"/venv/lib/python*/site-packages/sknorm/_kernels/_core.*.so | grep -q libasan

status=0
# Left out: a test that builds a core of its own, without sanitizers, and that of memory,
# as sanitizers keep what is freed.
"$work/preloaded" "$bin/pytest" -q -n 2 --hypothesis-profile=quick \
  --deselect tests/test_fuzz.py::test_a_planted_bug_is_found \
  --deselect tests/test_memory.py::test_beyond_the_data_and_the_result || status=1
"$work/preloaded" "$bin/python" tests/fuzz.py --cases "$cases" || status=1
no_reports || status=1
test $status = 0 && echo "Nothing to report."
exit $status

/* Calls a function of liboqs again and again and times the whole, as a program in C would: the yardstick of proof.py.
 *
 * Pointers and lengths are passed as uintptr_t: on every ABI that CPython runs on they travel in the same
 * registers. Built for one run with the machine's own compiler; nothing of it is shipped in binary form.
 */

#define _POSIX_C_SOURCE 199309L
#include <stddef.h>
#include <stdint.h>
#include <time.h>

typedef uintptr_t word;
typedef int (*call3)(word, word, word);
typedef int (*call4)(word, word, word, word);
typedef int (*call6)(word, word, word, word, word, word);

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* ns for `calls` calls of `function` with `count` arguments each, going through `sets` argument lists from `*place`
 * on; -1 when a call did not return 0 (OQS_SUCCESS) or takes another number of arguments. */
int64_t timed_loop(void *function, size_t count, const word *arguments, size_t sets, size_t *place, size_t calls) {
    int failed = 0;
    size_t at = *place;
    int64_t start = now();
    for (size_t call = 0; call < calls; call++) {
        const word *a = arguments + at * count;
        switch (count) {
        case 3: failed |= ((call3)function)(a[0], a[1], a[2]); break;
        case 4: failed |= ((call4)function)(a[0], a[1], a[2], a[3]); break;
        case 6: failed |= ((call6)function)(a[0], a[1], a[2], a[3], a[4], a[5]); break;
        default: return -1;
        }
        at = at + 1 == sets ? 0 : at + 1;
    }
    int64_t spent = now() - start;
    *place = at;
    return failed ? -1 : spent;
}

/* Numbers that are the same after each `seed`, so that two loops over a random operation do the same work
 * (splitmix64; only for OQS_randombytes_custom_algorithm while the loops are compared). */
static uint64_t state;

void seed(uint64_t value) { state = value; }

int same_numbers(uint8_t *out, size_t length) {
    for (size_t at = 0; at < length; at++) {
        uint64_t z = state += 0x9e3779b97f4a7c15ULL;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        out[at] = (uint8_t)(z ^ (z >> 31));
    }
    return 0; /* OQS_SUCCESS, for releases that ask */
}

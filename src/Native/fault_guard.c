/*
 * Keeps the process alive when memory that belongs to another domain vanishes under its hands.
 *
 * After a save and restore, the pages that a PV guest had mapped through /dev/xen/gntdev are gone: its page tables no longer
 * hold them, the driver has no fault handler, and each access ends in SIGBUS. The handler below puts a page of zeros in the
 * place of the lost one and lets the instruction run again. The ring then finds an impossible index or a peer that has left,
 * and closes the channel as it would for any broken peer.
 *
 * In C, because NativeAOT code cannot be entered from a signal handler: the thread is already inside managed code. Everything
 * that the handler does is async-signal-safe (signal-safety(7); mmap is a bare system call).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#define SLOTS 1024
#define PAGE_BYTES ((uintptr_t)4096)

/* A slot is free while end is 0. The handler reads; only xenloop_guard_add and _remove write, one thread at a time. */
struct slot {
	_Atomic uintptr_t start;
	_Atomic uintptr_t end;
	_Atomic int lost;
};

static struct slot slots[SLOTS];
static struct sigaction previous;

static struct slot *find(uintptr_t address)
{
	for (int i = 0; i < SLOTS; i++) {
		uintptr_t end = atomic_load_explicit(&slots[i].end, memory_order_acquire);
		if (address < end && address >= atomic_load_explicit(&slots[i].start, memory_order_relaxed))
			return &slots[i];
	}
	return NULL;
}

/* A page at a time: unmapping makes the kernel complain about each page that the hypervisor has forgotten, which takes time. */
static int replace(struct slot *slot, uintptr_t address)
{
	void *page = (void *)(address & ~(PAGE_BYTES - 1));
	atomic_store_explicit(&slot->lost, 1, memory_order_relaxed);
	return mmap(page, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
}

static void on_bus_error(int number, siginfo_t *info, void *context)
{
	int error = errno;
	struct slot *slot = info->si_code > 0 ? find((uintptr_t)info->si_addr) : NULL;
	if (slot != NULL && replace(slot, (uintptr_t)info->si_addr)) {
		errno = error;
		return;
	}

	/* Not ours. Without a handler before us the signal must do what it does by default, at the instruction that caused it. */
	errno = error;
	if (previous.sa_flags & SA_SIGINFO)
		previous.sa_sigaction(number, info, context);
	else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN)
		previous.sa_handler(number);
	else {
		sigaction(SIGBUS, &previous, NULL);
		if (info->si_code <= 0)
			raise(number);
	}
}

/* Call once, before anything is added. Returns 0, or the error number. */
int xenloop_guard_install(void)
{
	struct sigaction ours = { .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART };
	ours.sa_sigaction = on_bus_error;
	sigemptyset(&ours.sa_mask);
	return sigaction(SIGBUS, &ours, &previous) == 0 ? 0 : errno;
}

/* Guards whole pages. Returns a slot for the calls below, or -1 if all are taken. */
int xenloop_guard_add(void *start, size_t bytes)
{
	for (int i = 0; i < SLOTS; i++) {
		if (atomic_load_explicit(&slots[i].end, memory_order_relaxed) == 0) {
			atomic_store_explicit(&slots[i].lost, 0, memory_order_relaxed);
			atomic_store_explicit(&slots[i].start, (uintptr_t)start, memory_order_relaxed);
			atomic_store_explicit(&slots[i].end, (uintptr_t)start + bytes, memory_order_release);
			return i;
		}
	}
	return -1;
}

/* True once a page of the slot had to be replaced. */
int xenloop_guard_lost(int slot)
{
	return atomic_load_explicit(&slots[slot].lost, memory_order_relaxed);
}

/* Nothing may touch the range any more. */
void xenloop_guard_remove(int slot)
{
	atomic_store_explicit(&slots[slot].end, 0, memory_order_release);
}

/*
 * Stands between a program and the C library, and lets a proof see and do what a disk and a clock do.
 *
 *   PROOF_WATCHED  paths that begin with this are watched
 *   PROOF_WITNESS  each write to a watched file, and each flush of one, is written down here
 *   PROOF_FULL     while this file exists, no watched file can grow: the disk is full
 *   PROOF_SKEW     seconds by which the program's clock is wrong. SQLite's is not: it asks by
 *                  gettimeofday, and stands for the clock of a database server here
 *
 * A record of the witness: kind (1 byte: W write, S flush, T cut to a size), length of the path
 * (2 bytes), offset or size (8 bytes), length of the data (4 bytes), path, data; in the machine's
 * byte order, appended in one piece.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is_watched(int fd, char *path, size_t room)
{
    const char *watched = getenv("PROOF_WATCHED");
    char link[64];
    if (watched == NULL)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, room - 1);
    if (length <= 0)
        return 0;
    path[length] = '\0';
    return strncmp(path, watched, strlen(watched)) == 0;
}

static void witness(char kind, const char *path, uint64_t at, const void *data, uint32_t length)
{
    const char *file = getenv("PROOF_WITNESS");
    if (file == NULL)
        return;
    int saved = errno;
    int log = open(file, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (log >= 0) {
        unsigned char head[15];
        uint16_t named = (uint16_t)strlen(path);
        head[0] = (unsigned char)kind;
        memcpy(head + 1, &named, 2);
        memcpy(head + 3, &at, 8);
        memcpy(head + 11, &length, 4);
        struct iovec parts[3] = {
            {head, sizeof head}, {(void *)path, named}, {(void *)data, length}};
        if (writev(log, parts, 3) != (ssize_t)(sizeof head + named + length))
            abort();
        close(log);
    }
    errno = saved;
}

static int has_no_room(int fd, uint64_t end)
{
    const char *full = getenv("PROOF_FULL");
    struct stat known;
    if (full == NULL || access(full, F_OK) != 0 || fstat(fd, &known) != 0)
        return 0;
    return end > (uint64_t)known.st_size;
}

static ssize_t written(int fd, const void *data, size_t count, off64_t at)
{
    char path[4096];
    int watched = is_watched(fd, path, sizeof path);
    if (watched && has_no_room(fd, (uint64_t)at + count)) {
        errno = ENOSPC;
        return -1;
    }
    ssize_t done = REAL(pwrite64)(fd, data, count, at);
    if (watched && done > 0)
        witness('W', path, (uint64_t)at, data, (uint32_t)done);
    return done;
}

ssize_t pwrite64(int fd, const void *data, size_t count, off64_t at)
{
    return written(fd, data, count, at);
}

ssize_t pwrite(int fd, const void *data, size_t count, off_t at)
{
    return written(fd, data, count, at);
}

ssize_t write(int fd, const void *data, size_t count)
{
    char path[4096];
    if (!is_watched(fd, path, sizeof path))
        return REAL(write)(fd, data, count);
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t done = written(fd, data, count, at);
    if (done > 0)
        lseek(fd, at + done, SEEK_SET);
    return done;
}

static int cut(int fd, off64_t size)
{
    char path[4096];
    int watched = is_watched(fd, path, sizeof path);
    if (watched && has_no_room(fd, (uint64_t)size)) {
        errno = ENOSPC;
        return -1;
    }
    int failed = REAL(ftruncate64)(fd, size);
    if (watched && !failed)
        witness('T', path, (uint64_t)size, "", 0);
    return failed;
}

int ftruncate64(int fd, off64_t size)
{
    return cut(fd, size);
}

int ftruncate(int fd, off_t size)
{
    return cut(fd, size);
}

int posix_fallocate(int fd, off_t at, off_t length)
{
    char path[4096];
    if (is_watched(fd, path, sizeof path) && has_no_room(fd, (uint64_t)(at + length)))
        return ENOSPC;
    return REAL(posix_fallocate)(fd, at, length);
}

static int flushed(int fd, int failed)
{
    char path[4096];
    if (!failed && is_watched(fd, path, sizeof path))
        witness('S', path, 0, "", 0);
    return failed;
}

int fsync(int fd)
{
    return flushed(fd, REAL(fsync)(fd));
}

int fdatasync(int fd)
{
    return flushed(fd, REAL(fdatasync)(fd));
}

int clock_gettime(clockid_t which, struct timespec *now)
{
    int failed = REAL(clock_gettime)(which, now);
    const char *skew = getenv("PROOF_SKEW");
    if (!failed && skew != NULL && which == CLOCK_REALTIME)
        now->tv_sec += atol(skew);
    return failed;
}

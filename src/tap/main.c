/* tillside-tap: reads the settings, builds the parts, runs the loop. */
#include "base/mem.h"
#include "control.h"
#include "edge/tap_settings.h"
#include "journal.h"
#include "keeper.h"
#include "kept.h"
#include "loop/log.h"
#include "loop/loop.h"
#include "options.h"
#include "relay.h"
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { LOCK_TRIES = 20, LOCK_PAUSE_MS = 50 };

struct tap {
    struct clock clock;
    struct loop *loop;
    struct kept *kept;
    struct journal *journal;
    struct spool *spool;
    struct relay *relay;
    struct control *control;
    int lock_fd;
};

/* --- the folder --------------------------------------------------------------------------------------------------------- */

/* A predecessor that was killed a moment ago may still be going. */
static int lock(const char *folder)
{
    char *path = mem_format("%s/lock", folder);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int error = fd < 0 ? errno : EWOULDBLOCK;
    mem_free(path);
    for (int i = 0; fd >= 0 && error == EWOULDBLOCK && i < LOCK_TRIES; i++) {
        error = flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
        if (error == EWOULDBLOCK) {
            poll(NULL, 0, LOCK_PAUSE_MS);
        }
    }
    if (error == 0) {
        return fd;
    }
    log_error("tap", "%s: %s", folder, error == EWOULDBLOCK ? "another tillside-tap works in this folder" : strerror(error));
    if (fd >= 0) {
        close(fd);
    }
    return -1;
}

/* --- building ----------------------------------------------------------------------------------------------------------- */

/* After a power cut the journal knows better which insertions there were. */
static void remember_insertion(void *self, const struct journal_record *r)
{
    bool is_verdict = r->kind == JOURNAL_VERDICT && r->bytes.n == 1;
    if (is_verdict || r->kind == JOURNAL_INSERTION) {
        spool_change(self);
        spool_note_insertion(self, r->subject, is_verdict ? r->bytes.at[0] : INSERTION_BROKEN);
        spool_commit(self);
    }
}

static err open_records(struct tap *t, const struct options *o)
{
    struct journal_options options = { .folder = o->folder,
                                       .segment_bytes = settings_number(o->settings, "tap", "segment_bytes"),
                                       .keep_bytes = settings_number(o->settings, "tap", "keep_bytes"),
                                       .keep_days = settings_number(o->settings, "tap", "keep_days") };
    bool was_trusted = false;
    err e = spool_open(o->folder, &was_trusted, &t->spool);
    e = e == OK ? journal_open(t->loop, &options, was_trusted ? NULL : remember_insertion, t->spool, &t->journal) : e;
    if (e != OK) {
        return e;
    }
    const struct spool_state *now = spool_state(t->spool);
    if (!was_trusted || spool_is_behind(t->spool, journal_pos_end(t->journal))) {
        uint64_t waiting = now->end - spool_printed(t->spool);
        if (waiting > 0) {
            log_warn("tap", "the spool is older than the journal: %" PRIu64 " bytes that wait there are not printed", waiting);
        }
        spool_restart(t->spool, journal_pos_end(t->journal), journal_answer_end(t->journal));
    }
    return OK;
}

static err open_relay(struct tap *t, const struct options *o)
{
    const struct settings *s = o->settings;
    struct relay_parts parts = { .loop = t->loop,
                                 .journal = t->journal,
                                 .spool = t->spool,
                                 .kept = t->kept,
                                 .printer = settings_text(s, "tap", "printer"),
                                 .turn_quiet_ms = settings_number(s, "tap", "turn_quiet_ms"),
                                 .answer_wait_ms = settings_number(s, "tap", "answer_wait_ms") };
    for (const char *a = settings_text_at(s, "tap", "listen", 0); a != NULL && parts.listen_count < MOST_LISTENING;
         a = settings_text_at(s, "tap", "listen", parts.listen_count)) {
        parts.listen[parts.listen_count++] = a;
    }
    return relay_open(&parts, &t->relay);
}

static err open_all(struct tap *t, const struct options *o)
{
    err e = open_records(t, o);
    e = e == OK ? open_relay(t, o) : e;
    if (e != OK) {
        return e;
    }
    struct control_parts parts = {
        .loop = t->loop, .relay = t->relay, .journal = t->journal, .kept = t->kept, .socket_path = o->control_path
    };
    return control_open(&parts, &t->control);
}

static void close_all(struct tap *t)
{
    control_close(t->control);
    relay_close(t->relay);
    journal_close(t->journal);
    loop_free(t->loop);
    spool_close(t->spool);
    kept_close(t->kept);
}

static void stop(void *self, int number)
{
    (void)number;
    loop_stop(self);
}

static int work(struct tap *t, const struct options *o)
{
    t->clock = clock_real();
    t->loop = loop_new(&t->clock);
    if (t->loop == NULL) {
        return 1;
    }
    err e = open_all(t, o);
    if (e == OK) {
        kept_drop_rest(t->kept);
        loop_on_signal(t->loop, SIGTERM, stop, t->loop);
        loop_on_signal(t->loop, SIGINT, stop, t->loop);
        kept_ready(t->kept);
        log_info("tap", "ready on %s", settings_text(o->settings, "tap", "listen"));
        loop_run(t->loop);
        spool_rest(t->spool);
    }
    close_all(t);
    return e == OK ? 0 : 1;
}

/* Whoever keeps our descriptors has locked the folder for us, unless it is systemd. */
static int run(const struct options *o, char **argv)
{
    struct tap t = { .kept = kept_open(), .lock_fd = -1 };
    t.lock_fd = kept_take(t.kept, "lock.0.");
    if (t.lock_fd < 0) {
        t.lock_fd = tap_make_folder(o->folder) ? lock(o->folder) : -1;
        if (t.lock_fd < 0) {
            kept_close(t.kept);
            return 1;
        }
        if (o->wants_keeper && getenv("NOTIFY_SOCKET") == NULL) {
            kept_close(t.kept);
            return keeper_run(o->folder, t.lock_fd, argv);
        }
    }
    int code = work(&t, o);
    close(t.lock_fd);
    return code;
}

int main(int argc, char **argv)
{
    struct options o;
    int code = 0;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    setenv("UV_THREADPOOL_SIZE", "1", 0);
    if (!options_read(&o, argc, argv, &code)) {
        return code;
    }
    code = run(&o, argv);
    options_clear(&o);
    return code;
}

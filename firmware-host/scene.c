#include "scene.h"

#include "base/buf.h"
#include "base/mem.h"
#include "errand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MOST = 4096, FILE_MOST = 16 << 20, WAIT_MOST_MS = 3600000 };

struct scene {
    struct loop *loop;
    FILE *file;
    char *folder, *tap, *control;
    double speed;
    unsigned line_number;
    struct timer *next;
    struct errand *errand;
    scene_ended_fn *ended;
    void *self;
};

static void step(void *self);

static void go_on(struct scene *s, int64_t after_ms)
{
    s->next = loop_after(s->loop, after_ms, step, s);
}

static void fail(struct scene *s, const char *what, const char *why)
{
    char *wrong = mem_format("line %u: %s: %s", s->line_number, what, why);
    s->ended(s->self, wrong);
    mem_free(wrong);
}

static void pos_served(void *self, err how, struct view answer)
{
    struct scene *s = self;
    (void)answer;
    s->errand = NULL;
    if (how != OK) {
        fail(s, "the tap did not take the receipt", err_name(how));
        return;
    }
    go_on(s, 0);
}

static void command_answered(void *self, err how, struct view answer)
{
    struct scene *s = self;
    s->errand = NULL;
    bool is_refused = how == OK && answer.n >= 6 && memcmp(answer.at, "error:", 6) == 0;
    if (how != OK || is_refused) {
        char *text = mem_text_n((const char *)answer.at, answer.n);
        fail(s, "the devices", is_refused ? text : err_name(how));
        mem_free(text);
        return;
    }
    go_on(s, 0);
}

static void play_wait(struct scene *s, const char *argument)
{
    char *end = NULL;
    long ms = strtol(argument, &end, 10);
    if (end == argument || *end != '\0' || ms < 0 || ms > WAIT_MOST_MS) {
        fail(s, "wait", "needs milliseconds");
        return;
    }
    go_on(s, (int64_t)((double)ms / s->speed));
}

static err read_file(const char *path, struct buf *into)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return ERR_MISSING;
    }
    unsigned char bytes[4096];
    err e = OK;
    size_t n = 0;
    while (e == OK && (n = fread(bytes, 1, sizeof bytes, file)) > 0) {
        e = buf_add(into, bytes, n);
    }
    fclose(file);
    return e;
}

static void play_pos(struct scene *s, const char *argument)
{
    char *path = argument[0] == '/' ? mem_text(argument) : mem_format("%s/%s", s->folder, argument);
    struct buf receipt;
    buf_init(&receipt, FILE_MOST);
    err e = read_file(path, &receipt);
    e = e == OK ? errand_run(s->loop, s->tap, buf_view(&receipt), false, &s->errand) : e;
    if (e == OK) {
        errand_then(s->errand, pos_served, s);
    } else {
        fail(s, path, e == ERR_GONE ? "nobody listens at the tap" : err_name(e));
    }
    buf_clear(&receipt);
    mem_free(path);
}

static void play_say(struct scene *s, const char *argument)
{
    printf("%s\n", argument);
    fflush(stdout);
    go_on(s, 0);
}

static void play_command(struct scene *s, const char *line)
{
    if (s->control == NULL) {
        fail(s, line, "needs --control");
        return;
    }
    char *sent = mem_format("%s\n", line);
    err e = errand_run(s->loop, s->control, view_of(sent), true, &s->errand);
    mem_free(sent);
    if (e != OK) {
        fail(s, s->control, "nobody listens there");
        return;
    }
    errand_then(s->errand, command_answered, s);
}

static void play(struct scene *s, const char *line)
{
    static const struct {
        const char *word;
        void (*play)(struct scene *s, const char *argument);
    } words[] = { { "wait ", play_wait }, { "pos ", play_pos }, { "say ", play_say } };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i].word);
        if (strncmp(line, words[i].word, n) == 0) {
            words[i].play(s, line + n);
            return;
        }
    }
    play_command(s, line);
}

static void step(void *self)
{
    struct scene *s = self;
    char line[LINE_MOST];
    s->next = NULL;
    do {
        s->line_number++;
        if (fgets(line, sizeof line, s->file) == NULL) {
            s->ended(s->self, NULL);
            return;
        }
        line[strcspn(line, "\r\n")] = '\0';
    } while (line[0] == '\0' || line[0] == '#');
    play(s, line);
}

err scene_open(struct loop *l, const struct scene_options *o, scene_ended_fn *ended, void *self, struct scene **out)
{
    FILE *file = fopen(o->path, "re");
    if (file == NULL) {
        return ERR_MISSING;
    }
    struct scene *s = mem_new(sizeof *s);
    const char *slash = strrchr(o->path, '/');
    s->loop = l;
    s->file = file;
    s->folder = slash != NULL ? mem_text_n(o->path, (size_t)(slash - o->path)) : mem_text(".");
    s->tap = mem_text(o->tap);
    s->control = mem_text(o->control);
    s->speed = o->speed > 0 ? o->speed : 1;
    s->ended = ended;
    s->self = self;
    go_on(s, 0);
    *out = s;
    return OK;
}

void scene_close(struct scene *s)
{
    if (s == NULL) {
        return;
    }
    timer_free(s->next);
    errand_free(s->errand);
    fclose(s->file);
    mem_free(s->folder);
    mem_free(s->tap);
    mem_free(s->control);
    mem_free(s);
}

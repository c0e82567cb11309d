/* A web that answers every described operation with the example that stands in its description. It proves that the examples
 * fit their schemas and lets a page be looked at without a shop behind it; every change posts an event. Prints "ready URL"; ends
 * when its input does. */
#include "base/mem.h"
#include "edge/web.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { ROWS_AT_MOST = 64 };

extern const struct embedded_file web_documents[];

struct examples {
    struct loop *loop;
    struct bus *bus;
    struct web *web;
    cJSON *document;
    struct web_row rows[ROWS_AT_MOST + 1];
    size_t row_count;
};

/* A 1 by 1 grey PNG. */
static const unsigned char PICTURE[] = { 0x89, 'P',  'N',  'G',  0x0d, 0x0a, 0x1a, 0x0a, 0,    0,    0,    13,   'I',  'H',
                                         'D',  'R',  0,    0,    0,    1,    0,    0,    0,    1,    8,    0,    0,    0,
                                         0,    0x3a, 0x7e, 0x9b, 0x55, 0,    0,    0,    10,   'I',  'D',  'A',  'T',  0x78,
                                         0x9c, 0x63, 0x68, 0,    0,    0,    0x82, 0,    0x81, 0x77, 0xcd, 0x72, 0xb6, 0,
                                         0,    0,    0,    'I',  'E',  'N',  'D',  0xae, 0x42, 0x60, 0x82 };

/* "/api/v1/customers/7" is "/api/v1/customers/{id}" of the document. */
static const cJSON *described_path(const struct examples *x, const char *path)
{
    const cJSON *best = NULL;
    for (const cJSON *item = cJSON_GetObjectItem(x->document, "paths")->child; item != NULL; item = item->next) {
        const char *brace = strchr(item->string, '{');
        const char *tail = brace ? strchr(brace, '}') + 1 : "";
        size_t head = brace ? (size_t)(brace - item->string) : strlen(item->string) + 1, n = strlen(path);
        bool fits = strncmp(item->string, path, head) == 0 &&
                    (!brace || (n > head + strlen(tail) && strcmp(path + n - strlen(tail), tail) == 0));
        if (fits && (best == NULL || strlen(item->string) > strlen(best->string))) {
            best = item;
        }
    }
    return best;
}

static const cJSON *lower(const cJSON *object, const char *method)
{
    return cJSON_GetObjectItem(object, method); /* without regard to case */
}

static void answer_example(void *self, const struct web_request *r, struct web_reply *reply)
{
    struct examples *x = self;
    const cJSON *operation = lower(described_path(x, r->path), r->method);
    const cJSON *first = cJSON_GetObjectItem(operation, "responses")->child;
    const cJSON *media = cJSON_GetObjectItem(first, "content")->child;
    const cJSON *example = cJSON_GetObjectItem(media, "example");
    reply->status = (unsigned)strtoul(first->string, NULL, 10);
    if (strcmp(media->string, "image/png") == 0) {
        reply->type = "image/png";
    }
    char *text = example ? cJSON_PrintUnformatted(example) : NULL;
    err e = text ? buf_add_text(&reply->body, text) : buf_add(&reply->body, PICTURE, sizeof PICTURE);
    if (e != OK) {
        web_refuse(reply, 500, "too_large", "The example is too large.");
    }
    cJSON_free(text);
    if (strcmp(r->method, "GET") != 0) { /* a change is told while its request is still being answered, as a shop would */
        bus_post(x->bus, &(struct event){ .kind = EV_VISIT_CHANGED, .time_ms = loop_wall_us(x->loop) / 1000, .visit = 1 });
    }
}

static const char *method_of(const cJSON *operation)
{
    static const char *const methods[] = { "GET", "POST", "PATCH", "DELETE" };
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (strcasecmp(operation->string, methods[i]) == 0) {
            return methods[i];
        }
    }
    return NULL;
}

/* What the web serves by itself is left to it. */
static void add_rows(struct examples *x, const cJSON *path)
{
    static const char *const own[] = { "/api/v1/events", "/api/openapi.json", "/healthz", "/metrics" };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (strcmp(path->string, own[i]) == 0) {
            return;
        }
    }
    for (const cJSON *operation = path->child; operation != NULL; operation = operation->next) {
        const char *method = method_of(operation);
        if (method != NULL && x->row_count < ROWS_AT_MOST) {
            x->rows[x->row_count++] = (struct web_row){ method, path->string, answer_example };
        }
    }
}

static void input_came(void *self, unsigned ready)
{
    struct examples *x = self;
    char byte;
    (void)ready;
    if (read(STDIN_FILENO, &byte, 1) <= 0) {
        loop_stop(x->loop);
    }
}

int main(int count, char **arguments)
{
    struct clock clock = clock_real();
    struct examples x = { .loop = loop_new(&clock), .document = cJSON_Parse((const char *)web_documents[0].at) };
    x.bus = bus_new();
    for (const cJSON *path = cJSON_GetObjectItem(x.document, "paths")->child; path != NULL; path = path->next) {
        add_rows(&x, path);
    }
    struct web_options options = { .rows = x.rows,
                                   .self = &x,
                                   .port = count > 1 ? (unsigned)strtoul(arguments[1], NULL, 10) : 0 };
    if (web_open(x.loop, x.bus, &options, &x.web) != OK) {
        return 1;
    }
    loop_watch(x.loop, STDIN_FILENO, READY_READ, input_came, &x);
    printf("ready http://127.0.0.1:%u/\n", web_port(x.web));
    fflush(stdout);
    loop_run(x.loop);
    web_close(x.web);
    loop_free(x.loop);
    bus_free(x.bus);
    cJSON_Delete(x.document);
    return 0;
}

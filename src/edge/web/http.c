#include "base/mem.h"
#include "inside.h"
#include "loop/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CONNECTIONS_STANDARD = 64,
    CONNECTION_MEMORY = 32 << 10, /* head of a request and of its answer together */
    IDLE_SECONDS = 30,
    BODY_PATIENCE = 8 * WEB_BODY_CEILING /* a body without a length is heard to its end this far, to answer politely */
};

static const struct refusal BAD_TARGET = { 400, "bad_address", "The address of this request cannot be read.", false };
static const struct refusal BODY_TOO_LARGE = { 413, "too_large", "The body is larger than 1 MiB.", false };

extern const struct embedded_file web_ui_files[];

/* --- one request ------------------------------------------------------------------------------------------------- */

/* The library's first word about a request: its target, before anything was decoded. */
static void *target_came(void *self, const char *raw, struct MHD_Connection *connection)
{
    struct exchange *x = mem_new(sizeof *x);
    *x = (struct exchange){ .web = self, .connection = connection };
    buf_init(&x->body, WEB_BODY_CEILING);
    if (target_read(raw, &x->target) != OK) {
        x->refusal = &BAD_TARGET;
    }
    return x;
}

static void exchange_over(void *self, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode how)
{
    (void)self;
    (void)connection;
    (void)how;
    struct exchange *x = *state;
    if (x == NULL) {
        return;
    }
    target_clear(&x->target);
    buf_clear(&x->body);
    mem_free(x);
    *state = NULL;
}

/* Targets are decoded by us, once the query has been cut off. */
static size_t leave_escapes(void *self, struct MHD_Connection *connection, char *text)
{
    (void)self;
    (void)connection;
    return strlen(text);
}

static enum MHD_Result note_header(void *self, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    heads_note(self, name, value);
    return MHD_YES;
}

/* The head has come. A no waits until the body has passed, unless nobody can tell where that ends. */
static enum MHD_Result begin(struct exchange *x, const char *method)
{
    x->is_begun = true;
    MHD_get_connection_values(x->connection, MHD_HEADER_KIND, note_header, &x->heads);
    const struct refusal *no = guard_check(&x->web->guard, &x->heads, method);
    x->refusal = no ? no : x->refusal;
    return no && no->must_close ? answer_refuse(x, no) : MHD_YES;
}

static enum MHD_Result take_body(struct exchange *x, const char *bytes, size_t n)
{
    x->passed += n;
    if (x->refusal == NULL && buf_add(&x->body, bytes, n) != OK) {
        x->refusal = &BODY_TOO_LARGE;
        buf_clear(&x->body);
    }
    return x->passed > BODY_PATIENCE ? MHD_NO : MHD_YES;
}

// NOLINTNEXTLINE(readability-function-size): the parameters are the library's
static enum MHD_Result asked(void *self, struct MHD_Connection *connection, const char *url, const char *method,
                             const char *version, const char *upload, size_t *upload_bytes, void **state)
{
    (void)self;
    (void)connection;
    (void)url;
    (void)version;
    struct exchange *x = *state;
    if (!x->is_begun) {
        return begin(x, method);
    }
    if (*upload_bytes == 0) {
        return answer_give(x, method);
    }
    enum MHD_Result goes_on = take_body(x, upload, *upload_bytes);
    *upload_bytes = 0;
    return goes_on;
}

/* --- the library on our loop --------------------------------------------------------------------------------------- */

static void run(struct web *w);

static void timer_rang(void *self)
{
    struct web *w = self;
    w->timer = NULL;
    run(w);
}

static void arm(struct web *w)
{
    MHD_UNSIGNED_LONG_LONG delay_ms = 0;
    timer_free(w->timer);
    w->timer = NULL;
    if (MHD_get_timeout(w->daemon, &delay_ms) == MHD_YES) {
        w->timer = loop_after(w->loop, (int64_t)delay_ms, timer_rang, w);
    }
}

static void shut_down(void *self);

static unsigned connection_count(struct web *w)
{
    return MHD_get_daemon_info(w->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)->num_connections;
}

/* One round. True: another is needed. A row that posted an event resumed connections, and a place that became free lets a
 * waiting client in: the library looks at both only in its next round, and nothing else would wake it. */
static bool run_once(struct web *w)
{
    unsigned before = connection_count(w);
    w->is_due = false;
    MHD_run(w->daemon);
    return !w->is_closed && (w->is_due || connection_count(w) < before);
}

static void run(struct web *w)
{
    if (w->is_running || w->daemon == NULL) {
        return;
    }
    w->is_running = true;
    while (run_once(w)) {
    }
    w->is_running = false;
    if (w->is_closed) {
        shut_down(w);
        return;
    }
    arm(w);
}

static void run_if_due(void *self)
{
    struct web *w = self;
    if (w->is_due && !w->is_closed) {
        run(w);
    }
}

/* Never at once: whoever posts an event is in the middle of something, and a waiting request would break in on it. */
void web_kick(struct web *w)
{
    if (w->is_due || w->is_closed) {
        return;
    }
    w->is_due = true;
    if (!w->is_running) {
        loop_later(w->loop, run_if_due, w);
    }
}

static void epoll_ready(void *self, unsigned ready)
{
    (void)ready;
    run(self);
}

__attribute__((format(printf, 2, 0))) static void library_says(void *self, const char *format, va_list args)
{
    (void)self;
    char line[256];
    vsnprintf(line, sizeof line, format, args);
    line[strcspn(line, "\r\n")] = '\0';
    log_debug("web", "%s", line);
}

/* --- opening and closing ------------------------------------------------------------------------------------------- */

union address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
};

static err read_address(const char *text, unsigned port, union address *out, socklen_t *size)
{
    *out = (union address){ 0 };
    if (port <= UINT16_MAX && inet_pton(AF_INET, text, &out->four.sin_addr) == 1) {
        out->four.sin_family = AF_INET;
        out->four.sin_port = htons((uint16_t)port);
        *size = sizeof out->four;
        return OK;
    }
    if (port <= UINT16_MAX && inet_pton(AF_INET6, text, &out->six.sin6_addr) == 1) {
        out->six.sin6_family = AF_INET6;
        out->six.sin6_port = htons((uint16_t)port);
        *size = sizeof out->six;
        return OK;
    }
    log_error("web", "%s:%u is not a numeric address and a port", text, port);
    return ERR_INPUT;
}

static bool is_loopback(const char *text)
{
    return strncmp(text, "127.", 4) == 0 || strcmp(text, "::1") == 0;
}

static unsigned port_of(int fd)
{
    union address a = { 0 };
    socklen_t size = sizeof a;
    getsockname(fd, &a.any, &size);
    return ntohs(a.any.sa_family == AF_INET6 ? a.six.sin6_port : a.four.sin_port);
}

static err listen_on(const char *text, unsigned port, int *out)
{
    union address address;
    socklen_t size = 0;
    err e = read_address(text, port, &address, &size);
    if (e != OK) {
        return e;
    }
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int yes = 1;
    bool is_open = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
                   bind(fd, &address.any, size) == 0 && listen(fd, SOMAXCONN) == 0;
    if (is_open) {
        *out = fd;
        return OK;
    }
    bool is_refused = errno == EADDRINUSE || errno == EACCES || errno == EADDRNOTAVAIL;
    log_error("web", "%s:%u: %s", text, port, strerror(errno));
    if (fd >= 0) {
        close(fd);
    }
    return is_refused ? ERR_REFUSED : ERR_SYSTEM;
}

static struct MHD_Daemon *start_daemon(struct web *w, int fd, unsigned connections)
{
    return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, asked, w,
                            MHD_OPTION_EXTERNAL_LOGGER, library_says, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
                            MHD_OPTION_CONNECTION_LIMIT, connections ? connections : (unsigned)CONNECTIONS_STANDARD,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT,
                            (unsigned)IDLE_SECONDS, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_UNESCAPE_CALLBACK, leave_escapes,
                            NULL, MHD_OPTION_URI_LOG_CALLBACK, target_came, w, MHD_OPTION_NOTIFY_COMPLETED, exchange_over, w,
                            MHD_OPTION_END);
}

static void add_counters(struct web *w, struct route *route, const char *method, const char *pattern)
{
    static const char *const groups[STATUS_CLASSES] = { "2xx", "3xx", "4xx", "5xx" };
    for (size_t i = 0; i < STATUS_CLASSES; i++) {
        const char *const labels[] = { "method", method, "route", pattern, "status", groups[i], NULL };
        route->answered[i] = metrics_counter(w->metrics, "tillside_web_requests_total", "Requests answered.", labels);
    }
}

static size_t count_rows(const struct web_row *rows)
{
    size_t count = 0;
    while (rows != NULL && rows[count].method != NULL) {
        count++;
    }
    return count;
}

static void add_routes(struct web *w, const struct web_row *rows, void *self)
{
    for (size_t i = 0, count = count_rows(rows); i < count; i++) {
        struct route *route = &w->routes[w->route_count++];
        *route = (struct route){ .row = &rows[i], .self = self };
        add_counters(w, route, rows[i].method, rows[i].pattern);
    }
}

/* Two more routes have no row and only count: pages, and what was refused before a row was found. */
static void open_routes(struct web *w, const struct web_options *options)
{
    w->routes = mem_array(count_rows(options->rows) + count_rows(own_rows) + 2, sizeof *w->routes);
    add_routes(w, options->rows, options->self);
    add_routes(w, own_rows, w);
    add_counters(w, &w->routes[w->route_count++], "GET", "(pages)");
    add_counters(w, &w->routes[w->route_count++], "any", "(refused)");
}

static void release(void *self)
{
    struct web *w = self;
    mem_free(w->routes);
    mem_free(w->tags);
    mem_free(w->address);
    mem_free(w);
}

static void shut_down(void *self)
{
    struct web *w = self;
    if (w->daemon != NULL) {
        MHD_stop_daemon(w->daemon);
        w->daemon = NULL;
    }
    stream_free(w->stream);
    metrics_forget(w->metrics, w);
    if (w->owns_metrics) {
        metrics_free(w->metrics);
    }
    loop_later(w->loop, release, w); /* a kick may still be on its way */
}

static struct web *new_web(struct loop *l, struct bus *bus, const struct web_options *options, unsigned port)
{
    struct web *w = mem_new(sizeof *w);
    w->loop = l;
    w->address = mem_text(options->address ? options->address : "127.0.0.1");
    w->guard = (struct guard){ .port = port, .address = w->address, .host_names = options->host_names };
    w->owns_metrics = options->metrics == NULL;
    w->metrics = options->metrics ? options->metrics : metrics_new();
    w->files = options->files ? options->files : web_ui_files;
    files_open(w);
    open_routes(w, options);
    own_gauges_open(w);
    w->stream = stream_new(w, bus);
    return w;
}

static err start(struct web *w, int fd, unsigned connections)
{
    w->daemon = start_daemon(w, fd, connections);
    if (w->daemon == NULL) {
        close(fd);
        return ERR_SYSTEM;
    }
    int epoll = MHD_get_daemon_info(w->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    w->watch = loop_watch(w->loop, epoll, READY_READ, epoll_ready, w);
    return w->watch != NULL ? OK : ERR_SYSTEM;
}

err web_open(struct loop *l, struct bus *bus, const struct web_options *options, struct web **out)
{
    int fd = -1;
    err e = listen_on(options->address ? options->address : "127.0.0.1", options->port, &fd);
    if (e != OK) {
        return e;
    }
    struct web *w = new_web(l, bus, options, port_of(fd));
    e = start(w, fd, options->connections_at_most);
    if (e != OK) {
        log_error("web", "the server cannot start");
        web_close(w);
        return e;
    }
    arm(w);
    if (!is_loopback(w->address)) {
        log_warn("web", "%s can be reached from other machines; there are no passwords", w->address);
    }
    *out = w;
    return OK;
}

void web_close(struct web *w)
{
    if (w == NULL || w->is_closed) {
        return;
    }
    stream_end(w->stream);
    w->is_closed = true;
    watch_free(w->watch);
    timer_free(w->timer);
    w->timer = NULL;
    if (!w->is_running) {
        shut_down(w);
    }
}

unsigned web_port(const struct web *w)
{
    return w->guard.port;
}

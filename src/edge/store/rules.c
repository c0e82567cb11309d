/* Rules: SQL over the views of schema/0004_rule_views.sql, and nothing else. A rule that is broken is named and left out. */
#include "rules.h"

#include "base/mem.h"
#include "loop/log.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct embedded_file prompt_rules[];

enum { RULE_FILE_CEILING = 64 * 1024 };

/* --- what a rule may do --- */
static bool is_view(const char *name)
{
    static const char *const views[] = { "visitor", "known", "tied", "promised", "visited", "bought", "told", "touched" };
    for (size_t i = 0; name != NULL && i < sizeof views / sizeof *views; i++) {
        if (strcmp(views[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* `through` is the view by which a table is reached. A table of which no column is read (a view's, when the rule does not ask
 * for that part of it) comes without one: nothing can be learned from it but that it is there. */
/* NOLINTNEXTLINE(readability-function-size): SQLite says what an authorizer is given */
static int permit(void *self, int action, const char *table, const char *column, const char *schema, const char *through)
{
    (void)self;
    (void)schema;
    if (action == SQLITE_SELECT || action == SQLITE_FUNCTION || action == SQLITE_RECURSIVE) {
        return SQLITE_OK;
    }
    bool may_read = is_view(table) || is_view(through) || (column != NULL && column[0] == '\0');
    return action == SQLITE_READ && may_read ? SQLITE_OK : SQLITE_DENY;
}

/* --- loading --- */
static void keep_problem(struct rules *r, char *problem)
{
    log_warn("rules", "%s", problem);
    if (r->problem_count < MOST_RULES) {
        r->problems[r->problem_count++] = problem;
    } else {
        mem_free(problem);
    }
}

static int line_at(const char *text, int offset)
{
    int line = 1;
    for (int i = 0; i < offset && text[i] != '\0'; i++) {
        line += text[i] == '\n';
    }
    return line;
}

static char *unknown_parameter(sqlite3_stmt *query)
{
    static const char *const known[] = { ":visit", ":customer", ":today", ":now_us" };
    for (int i = 1; i <= sqlite3_bind_parameter_count(query); i++) {
        const char *name = sqlite3_bind_parameter_name(query, i);
        bool is_known = false;
        for (size_t k = 0; name != NULL && k < sizeof known / sizeof *known; k++) {
            is_known = is_known || strcmp(known[k], name) == 0;
        }
        if (!is_known) {
            return mem_format("a rule has no parameter \"%s\"", name != NULL ? name : "?");
        }
    }
    return NULL;
}

static bool has_column(sqlite3_stmt *query, const char *name, size_t n)
{
    for (int i = 0; i < sqlite3_column_count(query); i++) {
        const char *column = sqlite3_column_name(query, i);
        if (strlen(column) == n && memcmp(column, name, n) == 0) {
            return true;
        }
    }
    return false;
}

static char *missing_column(sqlite3_stmt *query, const char *sentence)
{
    for (const char *at = strchr(sentence, '{'); at != NULL; at = strchr(at + 1, '{')) {
        size_t n = strcspn(at + 1, "}");
        if (!has_column(query, at + 1, n)) {
            return mem_format("the query gives no column \"%.*s\"", (int)n, at + 1);
        }
    }
    return NULL;
}

static char *find_fault(const struct rule *rule, const char *rest)
{
    if (rest[strspn(rest, " \t\r\n;")] != '\0') {
        return mem_text("a rule is one query");
    }
    char *fault = unknown_parameter(rule->query);
    if (fault == NULL && !has_column(rule->query, "key", 3)) {
        fault = mem_text("the query gives no column \"key\"");
    }
    if (fault == NULL) {
        fault = missing_column(rule->query, rule->head.sentence);
    }
    return fault != NULL ? fault : missing_column(rule->query, rule->head.why);
}

/* NULL: the rule is good. */
static char *prepare(struct store *st, struct rule *rule, const char *file_name)
{
    const char *rest = "";
    sqlite3_set_authorizer(st->db, permit, NULL);
    int code = sqlite3_prepare_v3(st->db, rule->head.sql, -1, SQLITE_PREPARE_PERSISTENT, &rule->query, &rest);
    sqlite3_set_authorizer(st->db, NULL, NULL);
    if (code != SQLITE_OK) {
        int offset = sqlite3_error_offset(st->db);
        int line = offset >= 0 ? line_at(rule->head.sql, offset) : line_at(rule->head.sql, (int)strcspn(rule->head.sql, "S"));
        return mem_format("%s:%d: %s", file_name, line, sqlite3_errmsg(st->db));
    }
    char *fault = find_fault(rule, rest);
    if (fault == NULL) {
        return NULL;
    }
    char *problem = mem_format("%s:%d: %s", file_name, line_at(rule->head.sql, (int)(rest - rule->head.sql)), fault);
    mem_free(fault);
    return problem;
}

static void clear_rule(struct rule *rule)
{
    sqlite3_finalize(rule->query);
    prompt_rule_clear(&rule->head);
}

static void add_rule(struct store *st, const char *file_name, const char *text)
{
    struct rules *r = st->rules;
    struct rule rule = { 0 };
    char *problem = NULL;
    if (r->count == MOST_RULES) {
        keep_problem(r, mem_format("%s: more than %d rules", file_name, MOST_RULES));
        return;
    }
    if (prompt_rule_read(file_name, text, &rule.head, &problem) == OK) {
        problem = prepare(st, &rule, file_name);
    }
    if (problem != NULL) {
        keep_problem(r, problem);
        clear_rule(&rule);
        return;
    }
    r->at[r->count++] = rule;
}

static void add_file(struct store *st, const char *folder, const char *name)
{
    char *path = mem_format("%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    char *text = mem_new(RULE_FILE_CEILING + 1);
    size_t n = file != NULL ? fread(text, 1, RULE_FILE_CEILING + 1, file) : 0;
    if (file == NULL || ferror(file)) {
        keep_problem(st->rules, mem_format("%s: cannot be read", path));
    } else if (n > RULE_FILE_CEILING || strlen(text) != n) {
        keep_problem(st->rules, mem_format("%s: too long, or not a text", path));
    } else {
        add_rule(st, path, text);
    }
    if (file != NULL) {
        fclose(file);
    }
    mem_free(text);
    mem_free(path);
}

static int is_rule_file(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return entry->d_name[0] != '.' && n > 4 && strcmp(entry->d_name + n - 4, ".sql") == 0;
}

void rules_load(struct store *st, const char *folder)
{
    st->rules = mem_new(sizeof *st->rules);
    for (const struct embedded_file *f = prompt_rules; f->name != NULL; f++) {
        add_rule(st, f->name, (const char *)f->at);
    }
    if (folder == NULL) {
        return;
    }
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_rule_file, alphasort);
    if (count < 0) {
        keep_problem(st->rules, mem_format("%s: cannot be read", folder));
    }
    for (int i = 0; i < count; i++) {
        add_file(st, folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

void rules_free(struct rules *r)
{
    if (r == NULL) {
        return;
    }
    for (size_t i = 0; i < r->count; i++) {
        clear_rule(&r->at[i]);
    }
    for (size_t i = 0; i < r->problem_count; i++) {
        mem_free(r->problems[i]);
    }
    mem_free(r);
}

void store_each_rule_problem(const struct store *st, problem_fn *fn, void *self)
{
    for (size_t i = 0; i < st->rules->problem_count; i++) {
        fn(self, st->rules->problems[i]);
    }
}

#include "paper_folder.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <png.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct paper_folder {
    char *path;
    FILE *log;
};

enum { TIME_TEXT = 32, DOTS_PER_METRE = 7992 }; /* 203 dots per inch */

err paper_folder_open(const char *path, struct paper_folder **out)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        return ERR_SYSTEM;
    }
    char *log_path = mem_format("%s/paper.log", path);
    FILE *log = fopen(log_path, "ae");
    mem_free(log_path);
    if (log == NULL) {
        return ERR_SYSTEM;
    }
    struct paper_folder *f = mem_new(sizeof *f);
    f->path = mem_text(path);
    f->log = log;
    *out = f;
    return OK;
}

void paper_folder_close(struct paper_folder *f)
{
    if (f == NULL) {
        return;
    }
    fclose(f->log);
    mem_free(f->path);
    mem_free(f);
}

/* Paper is white where a bit is 0, and PNG means black by 0: libpng turns it round. */
static bool write_png(FILE *file, const struct firmware_cut *c)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png != NULL ? png_create_info_struct(png) : NULL;
    if (info == NULL || setjmp(png_jmpbuf(png)) != 0) {
        png_destroy_write_struct(&png, &info);
        return false;
    }
    png_init_io(png, file);
    png_set_IHDR(png, info, c->width_dots, c->height_dots, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_pHYs(png, info, DOTS_PER_METRE, DOTS_PER_METRE, PNG_RESOLUTION_METER);
    png_set_compression_level(png, 3);
    png_write_info(png, info);
    png_set_invert_mono(png);
    for (unsigned y = 0; y < c->height_dots; y++) {
        png_write_row(png, c->bits + (size_t)y * c->stride);
    }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return true;
}

/* Written aside and renamed: whoever watches the folder never sees half a picture. */
static err save_png(const struct paper_folder *f, const char *name, const struct firmware_cut *c)
{
    char *path = mem_format("%s/%s", f->path, name), *aside = mem_format("%s/.%s.part", f->path, name);
    FILE *file = fopen(aside, "we");
    bool is_written = file != NULL && write_png(file, c);
    if (file != NULL) {
        is_written = fclose(file) == 0 && is_written;
    }
    err e = is_written && rename(aside, path) == 0 ? OK : ERR_SYSTEM;
    mem_free(path);
    mem_free(aside);
    return e;
}

err paper_folder_add(struct paper_folder *f, const struct firmware_cut *c, int64_t wall_us)
{
    static const char *const kinds[] = { "full", "partial", "torn", "roll" };
    char when[TIME_TEXT], stamp[TIME_TEXT];
    time_t seconds = (time_t)(wall_us / 1000000);
    unsigned ms = (unsigned)(wall_us / 1000 % 1000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &utc);
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%S", &utc);
    char *name = mem_format("%06u-%s.%03u.png", c->number, stamp, ms);
    err e = save_png(f, name, c);
    fprintf(f->log,
            "{\"number\":%u,\"time\":\"%s.%03uZ\",\"kind\":\"%s\",\"from\":%" PRIu64 ",\"to\":%" PRIu64 ",\"crc32\":\"%08" PRIx32
            "\",\"drawer\":%u,\"width\":%u,\"height\":%u,\"png\":\"%s\"}\n",
            c->number, when, ms, kinds[c->kind], c->from, c->to, c->crc32, c->drawer_pulses, c->width_dots, c->height_dots,
            e == OK ? name : "");
    e = fflush(f->log) == 0 ? e : ERR_SYSTEM;
    mem_free(name);
    return e;
}

/* How images are cut for patches, and room for what is summed of a strip. */
#ifndef SKNORM_PATCH_STRIP_H
#define SKNORM_PATCH_STRIP_H

#include "stretch.h"

/* The values of a strip along a row, about, and of its sums along columns, at most, unless
 * a single block has more. */
enum { STRIP = 256, STRIP_SUMS = 1 << 14 };

/* How images are cut into strips, each as high as the image. */
typedef struct {
    size height, width;        /* of a patch */
    size n_places, n_channels; /* of a strip: its windows along a row, for each channel */
    size n_strips, n_groups;   /* of an image: along a row, and of channels */
} strips;

static strips strips_of(const sknorm_patches *patches)
{
    strips s;
    s.height = patches->before[0] + patches->after[0] + 1;
    s.width = patches->before[1] + patches->after[1] + 1;
    /* Eight values side by side are columns and channels, or channels of one column. */
    const size n_inner = patches->n_inner;
    s.n_channels = n_inner < 2 * LANES ? n_inner : LANES;
    s.n_groups = (n_inner + s.n_channels - 1) / s.n_channels;
    /* As wide as strips of one width can be without a small one at the end. */
    const size in_block = s.width * s.n_channels;
    const size wanted = at_least(1, at_most(STRIP, STRIP_SUMS / s.height));
    const size blocks = (patches->width + s.width - 1) / s.width;
    const size fewest = at_most(blocks, (wanted + in_block - 1) / in_block);
    size least = PTRDIFF_MAX, n_blocks = fewest;
    for (size n = fewest; n <= at_most(blocks, 2 * fewest); n++) {
        const size in_strips = (blocks + n - 1) / n * n;
        if (in_strips <= least) {
            least = in_strips;
            n_blocks = n;
        }
    }
    s.n_places = n_blocks * s.width;
    s.n_strips = (patches->width + s.n_places - 1) / s.n_places;
    return s;
}

static ptrdiff_t patch_tasks(const sknorm_patches *patches)
{
    const strips s = strips_of(patches);
    return s.n_strips * s.n_groups * patches->n_images;
}

/* Where a strip lies. */
typedef struct {
    size base;        /* of its first channel in its image, in values */
    size first, n;    /* windows along a row */
    size low, n_read; /* the columns that they reach */
    size skipped;     /* channels that are written by the group before */
} strip;

static strip strip_at(const sknorm_patches *p, const strips *s, size task)
{
    strip at;
    const size image = task / (s->n_strips * s->n_groups);
    const size group = task / s->n_strips % s->n_groups * s->n_channels;
    const size channel = at_most(group, p->n_inner - s->n_channels);
    at.base = image * p->height * p->width * p->n_inner + channel;
    at.skipped = group - channel;
    at.first = task % s->n_strips * s->n_places;
    at.n = at_most(s->n_places, p->width - at.first);
    at.low = at_least(0, at.first - p->before[1]);
    at.n_read = at_most(p->width, at.first + at.n + p->after[1]) - at.low;
    return at;
}

/* What there is of each value of a row: the sums of the rows of a block from there on down,
 * the sums of the rows of the next block so far, ... */
enum { END_S1, END_S2, END_COUNT, END_C, N_END };
enum { NEXT_S1, NEXT_S2, NEXT_COUNT, NEXT_C, NEXT_OWN_S1, NEXT_OWN_S2, NEXT_OWN_C, N_NEXT };
/* ... and for eight rows their windows along the column and the value in the middle. */
enum { SUM_C, SUM_S1, SUM_S2, SUM_VALUE, SUM_COUNT, N_SUM };
/* Sums of what lies to the left or right of a boundary; `lost` is what the steps may have
 * cost. */
typedef struct { lanes count, s1, s2, lost; } half;
enum { N_HALF = 4 };

typedef struct {
    strips cut;
    sknorm_choice choice;
    type_limits limits;
    int with_key, masked; /* masked: there are NaN in the strip */
    int any_doubt;
    size n_rows, before, after; /* of the image, and of patches along columns */
    size n_ring, pitch;   /* rows of a ring, and how far apart rows are */
    size n_values;        /* of a row of the strip, in whole vectors */
    double *values;       /* a ring of rows */
    double *ends;         /* a ring of N_END rows each, and such for none of the ring */
    double *next;         /* N_NEXT rows */
    double *sums;         /* N_SUM for each value of a row, LANES each */
    double *halves, *next_halves; /* N_HALF * cut.width, LANES each */
    double *z, *location, *scale, *shift, *doubtful; /* LANES for each value of a row */
    size *again; /* the first patches of blocks that are to be done (again) */
    mask suspect, tiny;
} strip_room;

static void *allocate_strip(strip_room *r, const sknorm_patches *p)
{
    const size columns = at_most(p->width, r->cut.n_places + r->cut.width - 1);
    const size vectors = (columns * r->cut.n_channels + LANES - 1) / LANES;
    const size n = vectors * LANES, n_single = n * LANES;
    r->n_rows = p->height;
    r->before = p->before[0];
    r->after = p->after[0];
    r->n_ring = at_most(p->height, r->cut.height + LANES - 1);
    /* An odd number of cache lines: rows do not compete for the same places in it. */
    r->pitch = n + (vectors % 2 ? 0 : LANES);
    const size n_values = r->n_ring * r->pitch, n_ends = (r->n_ring + 1) * N_END * r->pitch;
    const size n_next = N_NEXT * r->pitch, n_halves = N_HALF * r->cut.width * LANES;
    const size n_under_way = N_UNDER_WAY * r->cut.n_channels * LANES;
    const size n_blocks = r->cut.n_places / r->cut.width;
    const size n_all = n_values + n_ends + n_next + N_SUM * n_single + 2 * n_halves
                       + n_under_way + 5 * n_single + n_blocks;
    void *const room = allocate_numbers(n_all, &r->values);
    if (!room)
        return NULL;
    r->ends = r->values + n_values;
    r->next = r->ends + n_ends;
    r->sums = r->next + n_next;
    r->halves = r->sums + N_SUM * n_single;
    r->next_halves = r->halves + n_halves;
    r->z = r->next_halves + n_halves + n_under_way;
    r->location = r->z + n_single;
    r->scale = r->location + n_single;
    r->shift = r->scale + n_single;
    r->doubtful = r->shift + n_single;
    r->again = (size *)(r->doubtful + n_single);
    return room;
}

INLINE double *values_of(const strip_room *r, size row)
{
    return r->values + row % r->n_ring * r->pitch;
}

/* Ends of the windows of row i, counted from the first block; no row is normalised behind
 * the last one. */
INLINE double *ends_of(const strip_room *r, size i)
{
    return r->ends + (i < r->n_rows ? i % r->n_ring : r->n_ring) * N_END * r->pitch;
}

#endif

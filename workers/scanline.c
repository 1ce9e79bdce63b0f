/* What rasters are made with: outlines to coverage, coverage to pixels, one raster over another, rasters turned.
 *
 * All buffers are contiguous; sizes come beside them and are checked. Every function releases the GIL.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define VECTORISED __attribute__((target_clones("avx2", "default")))
#else
#define VECTORISED
#endif

#define MAX_SIDE 32768
#define MAX_PLACE 1000000

/* x / 255 rounded to nearest, exact for 0 <= x <= 65535. */
static inline uint32_t div255(uint32_t x) {
    x += 128;
    return (x + (x >> 8)) >> 8;
}

/* Between `low` and `high` in any case: what is no number (an edge of next to no height may have such a place) is
   `low`, and the result is good as an index. */
static inline double clamped(double x, double low, double high) { return x > low ? x < high ? x : high : low; }

static int is_size(int width, int height) {
    if (width > 0 && height > 0 && width <= MAX_SIDE && height <= MAX_SIDE) return 1;
    PyErr_Format(PyExc_ValueError, "size: is %d x %d, expected 1 to %d each", width, height, MAX_SIDE);
    return 0;
}

static int has_bytes(const Py_buffer *buffer, Py_ssize_t bytes, const char *name) {
    if (buffer->len == bytes) return 1;
    PyErr_Format(PyExc_ValueError, "%s: has %zd bytes, expected %zd", name, buffer->len, bytes);
    return 0;
}

static int has_rows(const Py_buffer *buffer, Py_ssize_t row_bytes, const char *name) {
    if (buffer->len % row_bytes == 0) return 1;
    PyErr_Format(PyExc_ValueError, "%s: has %zd bytes, expected rows of %zd", name, buffer->len, row_bytes);
    return 0;
}

/* How much of the part of a row left of u lies right of a line from (low, top) to (high, bottom) of the row. */
static inline double right_of(double u, double low, double high) {
    if (u <= low) return 0;
    if (u >= high) return u - (low + high) / 2;
    return (u - low) * (u - low) / (2 * (high - low));
}

/* An edge changes what lies right of it. Each row holds the differences between neighbouring pixels. */
static void add_edge(float *differences, uint8_t *touched, int width, int height, const double *edge) {
    double x0 = edge[0], y0 = edge[1], x1 = edge[2], y1 = edge[3], way = -1;
    if (y0 == y1) return;
    if (y0 > y1) {
        double x = x0, y = y0;
        x0 = x1, y0 = y1, x1 = x, y1 = y, way = 1;
    }
    double slope = (x1 - x0) / (y1 - y0);
    double from = clamped(y0, 0, height), to = clamped(y1, 0, height);
    for (int row = (int)from; row < height && row < to; row++) {
        double top = row > from ? row : from, bottom = row + 1 < to ? row + 1 : to;
        double share = (bottom - top) * way;
        double a = clamped(x0 + (top - y0) * slope, 0, width), b = clamped(x0 + (bottom - y0) * slope, 0, width);
        double low = a < b ? a : b, high = a < b ? b : a, before = 0, left = 0;
        int first = (int)low, last = (int)ceil(high);
        float *line = differences + (size_t)row * (width + 2);
        touched[row] = 1;
        for (int x = first; x <= last; x++) {
            double right = right_of(x + 1, low, high), covered = right - left;
            line[x] += (float)(share * (covered - before));
            before = covered;
            left = right;
        }
        line[last + 1] += (float)(share * (1 - before));
    }
}

static PyObject *scanline_fill(PyObject *self, PyObject *args) {
    Py_buffer edges, mask;
    int width, height, positive;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*w*iip", &edges, &mask, &width, &height, &positive)) return NULL;
    float *differences = NULL;
    uint8_t *touched = NULL;
    int fits = is_size(width, height) && has_bytes(&mask, (Py_ssize_t)width * height, "mask") &&
               has_rows(&edges, 4 * sizeof(double), "edges");
    if (fits) {
        differences = calloc((size_t)height * (width + 2), sizeof(float));
        touched = calloc(height, 1);
        if (!differences || !touched) {
            PyErr_NoMemory();
            fits = 0;
        }
    }
    if (fits) {
        Py_BEGIN_ALLOW_THREADS;
        const double *edge = edges.buf;
        Py_ssize_t count = edges.len / (Py_ssize_t)(4 * sizeof(double));
        for (Py_ssize_t i = 0; i < count; i++) add_edge(differences, touched, width, height, edge + 4 * i);
        for (int row = 0; row < height; row++) {
            const float *line = differences + (size_t)row * (width + 2);
            uint8_t *out = (uint8_t *)mask.buf + (size_t)row * width;
            float sum = 0;
            for (int x = 0; touched[row] && x < width; x++) {
                sum += line[x];
                float share = positive ? sum : fabsf(sum);
                out[x] = share >= 1 ? 255 : share <= 0 ? 0 : (uint8_t)(share * 255 + 0.5f);
            }
        }
        Py_END_ALLOW_THREADS;
    }
    free(differences);
    free(touched);
    PyBuffer_Release(&edges);
    PyBuffer_Release(&mask);
    if (!fits) return NULL;
    Py_RETURN_NONE;
}

/* How much of a pixel at `distance` from the middle of a band of this half width the band covers. */
static inline double in_band(double distance, double half) {
    double low = distance - half, high = distance + half;
    return clamped((high < 0.5 ? high : 0.5) - (low > -0.5 ? low : -0.5), 0, 1);
}

/* One segment: x0 y0 x1 y1, then for each end how far it goes on; below 0 the end is round. */
static void add_segment(uint8_t *mask, int width, int height, const double *segment, double half) {
    double x0 = segment[0], y0 = segment[1], dx = segment[2] - x0, dy = segment[3] - y0;
    double length = hypot(dx, dy), reach = half * 1.5 + 1;
    double ux = length > 0 ? dx / length : 1, uy = length > 0 ? dy / length : 0;
    int top = (int)clamped(floor((dy < 0 ? y0 + dy : y0) - reach), 0, height);
    int bottom = (int)clamped(ceil((dy > 0 ? y0 + dy : y0) + reach), 0, height);
    for (int row = top; row < bottom; row++) {
        double py = row + 0.5 - y0, from = (dx < 0 ? dx : 0) - reach, to = (dx > 0 ? dx : 0) + reach;
        if (fabs(uy) > 1e-9) {
            /* Where the row crosses the band, which is 2 * reach wide. */
            double middle = py * ux / uy, beside = reach / fabs(uy);
            if (middle - beside > from) from = middle - beside;
            if (middle + beside < to) to = middle + beside;
        }
        int first = (int)clamped(floor(x0 + from), 0, width), last = (int)clamped(ceil(x0 + to), 0, width);
        uint8_t *out = mask + (size_t)row * width;
        for (int x = first; x < last; x++) {
            double px = x + 0.5 - x0, along = px * ux + py * uy, away = fabs(px * uy - py * ux), covered = 1;
            double beyond = along < 0 ? -along : along > length ? along - length : 0;
            double end = segment[along < length / 2 ? 4 : 5];
            if (end < 0) away = hypot(away, beyond);
            else covered = clamped(0.5 + (along < length / 2 ? along : length - along) + end, 0, 1);
            uint8_t level = (uint8_t)(covered * in_band(away, half) * 255 + 0.5);
            if (level > out[x]) out[x] = level;
        }
    }
}

static PyObject *scanline_stroke(PyObject *self, PyObject *args) {
    Py_buffer segments, mask;
    int width, height;
    double half;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*w*iid", &segments, &mask, &width, &height, &half)) return NULL;
    int fits = is_size(width, height) && has_bytes(&mask, (Py_ssize_t)width * height, "mask") &&
               has_rows(&segments, 6 * sizeof(double), "segments");
    if (fits) {
        Py_BEGIN_ALLOW_THREADS;
        const double *segment = segments.buf;
        Py_ssize_t count = segments.len / (Py_ssize_t)(6 * sizeof(double));
        for (Py_ssize_t i = 0; i < count; i++) add_segment(mask.buf, width, height, segment + 6 * i, half);
        Py_END_ALLOW_THREADS;
    }
    PyBuffer_Release(&segments);
    PyBuffer_Release(&mask);
    if (!fits) return NULL;
    Py_RETURN_NONE;
}

typedef struct {
    const uint8_t *colours;
    float last;
    float a, b, c, d; /* linear: a x + b y + c; radial: the length of (a x + c, b y + d) */
    int radial;
} Ramp;

static inline const uint8_t *colour_at(const Ramp *ramp, int radial, float x, float y) {
    float place;
    if (radial) {
        float across = ramp->a * x + ramp->c, down = ramp->b * y + ramp->d;
        place = sqrtf(across * across + down * down);
    } else {
        place = ramp->a * x + ramp->b * y + ramp->c;
    }
    place = place > 0 ? place < 1 ? place : 1 : 0; /* also when it is no number */
    return ramp->colours + 4 * (int)(place * ramp->last + 0.5f);
}

static inline void paint_row(uint8_t *out, int width, int row, const Ramp *ramp, int radial, const uint8_t *mask,
                             const uint8_t *inner, const uint8_t *stroke) {
    for (int x = 0; x < width; x++, out += 4) {
        uint32_t whole = mask ? mask[x] : 255, ring = 0;
        if (whole == 0) continue;
        const uint8_t *colour = colour_at(ramp, radial, x + 0.5f, row + 0.5f);
        /* Of what is covered, the share of the stroke. */
        if (inner && inner[x] < whole) ring = 255 - inner[x] * 255 / whole;
        if (ring == 0 && whole == 255) {
            memcpy(out, colour, 4);
            continue;
        }
        uint32_t clear = 255 - div255(ring * stroke[3]);
        for (int c = 0; c < 4; c++)
            out[c] = (uint8_t)div255((div255(stroke[c] * ring) + div255(colour[c] * clear)) * whole);
    }
}

static PyObject *scanline_paint(PyObject *self, PyObject *args) {
    Py_buffer out, colours, mask = {0}, inner = {0}, stroke;
    Ramp ramp;
    int width, height;
    (void)self;
    if (!PyArg_ParseTuple(args, "w*iiy*p(ffff)z*z*y*", &out, &width, &height, &colours, &ramp.radial, &ramp.a, &ramp.b,
                          &ramp.c, &ramp.d, &mask, &inner, &stroke))
        return NULL;
    Py_ssize_t pixels = (Py_ssize_t)width * height;
    int fits = is_size(width, height) && has_bytes(&out, 4 * pixels, "out") && has_rows(&colours, 4, "colours") &&
               has_bytes(&stroke, 4, "stroke") && (!mask.buf || has_bytes(&mask, pixels, "mask")) &&
               (!inner.buf || has_bytes(&inner, pixels, "inner"));
    if (fits && colours.len == 0) {
        PyErr_SetString(PyExc_ValueError, "colours: expected one at least");
        fits = 0;
    }
    if (fits) {
        Py_BEGIN_ALLOW_THREADS;
        ramp.colours = colours.buf;
        ramp.last = (float)(colours.len / 4 - 1);
        for (int row = 0; row < height; row++) {
            size_t at = (size_t)row * width;
            uint8_t *pixels_out = (uint8_t *)out.buf + 4 * at;
            const uint8_t *covered = mask.buf ? (uint8_t *)mask.buf + at : NULL;
            const uint8_t *inside = inner.buf ? (uint8_t *)inner.buf + at : NULL;
            if (ramp.radial) paint_row(pixels_out, width, row, &ramp, 1, covered, inside, stroke.buf);
            else paint_row(pixels_out, width, row, &ramp, 0, covered, inside, stroke.buf);
        }
        Py_END_ALLOW_THREADS;
    }
    PyBuffer_Release(&out);
    PyBuffer_Release(&colours);
    PyBuffer_Release(&stroke);
    if (mask.obj) PyBuffer_Release(&mask);
    if (inner.obj) PyBuffer_Release(&inner);
    if (!fits) return NULL;
    Py_RETURN_NONE;
}

VECTORISED
static void lay_pixels(uint8_t *restrict out, const uint8_t *restrict above, const uint8_t *restrict below, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t clear = 255u - above[4 * i + 3];
        for (int c = 0; c < 4; c++) out[4 * i + c] = (uint8_t)(above[4 * i + c] + div255(below[4 * i + c] * clear));
    }
}

static PyObject *scanline_lay(PyObject *self, PyObject *args) {
    Py_buffer out, above, below;
    (void)self;
    if (!PyArg_ParseTuple(args, "w*y*y*", &out, &above, &below)) return NULL;
    int fits = has_rows(&out, 4, "out") && has_bytes(&above, out.len, "above") && has_bytes(&below, out.len, "below");
    if (fits) {
        Py_BEGIN_ALLOW_THREADS;
        lay_pixels(out.buf, above.buf, below.buf, (size_t)out.len / 4);
        Py_END_ALLOW_THREADS;
    }
    PyBuffer_Release(&out);
    PyBuffer_Release(&above);
    PyBuffer_Release(&below);
    if (!fits) return NULL;
    Py_RETURN_NONE;
}

/* Cubic convolution (Keys, 1981) with a = -0.75, at 32 places between two pixels; weights are 14-bit. */
#define PLACES 32
#define WEIGHT_BITS 14

static void fill_weights(int16_t weights[PLACES][4]) {
    const double a = -0.75;
    for (int i = 0; i < PLACES; i++) {
        double t = (double)i / PLACES, w[4];
        w[0] = ((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a;
        w[1] = ((a + 2) * t - (a + 3)) * t * t + 1;
        w[2] = ((a + 2) * (1 - t) - (a + 3)) * (1 - t) * (1 - t) + 1;
        w[3] = 1 - w[0] - w[1] - w[2];
        for (int j = 0; j < 4; j++) weights[i][j] = (int16_t)lround(w[j] * (1 << WEIGHT_BITS));
    }
}

typedef struct {
    const uint8_t *pixels;
    int width, height;
} Source;

/* The 4 x 4 pixels from (x, y) on; those outside are clear. */
static inline void gather(const Source *source, int x, int y, const uint8_t *rows[4], uint8_t edge[4][16]) {
    int inside = x >= 0 && y >= 0 && x + 4 <= source->width && y + 4 <= source->height;
    for (int j = 0; j < 4; j++) {
        if (inside) {
            rows[j] = source->pixels + 4 * ((size_t)(y + j) * source->width + x);
            continue;
        }
        memset(edge[j], 0, 16);
        for (int i = 0; i < 4; i++)
            if (y + j >= 0 && y + j < source->height && x + i >= 0 && x + i < source->width)
                memcpy(edge[j] + 4 * i, source->pixels + 4 * ((size_t)(y + j) * source->width + x + i), 4);
        rows[j] = edge[j];
    }
}

/* 16 pixels' channels to one pixel: down the columns, to 6 bits behind the point, then along the row. Cubic
 * interpolation overshoots; a colour above its alpha would be brighter than white, so it ends there. */
#if defined(__SSE2__)
#include <emmintrin.h>

static inline __m128i pair(const int16_t *weights) {
    return _mm_set1_epi32((int)((uint32_t)(uint16_t)weights[1] << 16 | (uint16_t)weights[0]));
}

/* Two pixels of each of four rows, 16 bits a channel: their column sums. */
static inline __m128i two_columns(__m128i a, __m128i b, __m128i c, __m128i d, __m128i upper, __m128i lower) {
    const __m128i half = _mm_set1_epi32(1 << 7);
    __m128i first = _mm_add_epi32(_mm_madd_epi16(_mm_unpacklo_epi16(a, b), upper),
                                  _mm_madd_epi16(_mm_unpacklo_epi16(c, d), lower));
    __m128i second = _mm_add_epi32(_mm_madd_epi16(_mm_unpackhi_epi16(a, b), upper),
                                   _mm_madd_epi16(_mm_unpackhi_epi16(c, d), lower));
    return _mm_packs_epi32(_mm_srai_epi32(_mm_add_epi32(first, half), 8), _mm_srai_epi32(_mm_add_epi32(second, half), 8));
}

static inline uint32_t interpolated(const uint8_t *const rows[4], const int16_t *wx, const int16_t *wy) {
    const __m128i zero = _mm_setzero_si128(), upper = pair(wy), lower = pair(wy + 2);
    __m128i a = _mm_loadu_si128((const __m128i *)rows[0]), b = _mm_loadu_si128((const __m128i *)rows[1]);
    __m128i c = _mm_loadu_si128((const __m128i *)rows[2]), d = _mm_loadu_si128((const __m128i *)rows[3]);
    __m128i left = two_columns(_mm_unpacklo_epi8(a, zero), _mm_unpacklo_epi8(b, zero), _mm_unpacklo_epi8(c, zero),
                               _mm_unpacklo_epi8(d, zero), upper, lower);
    __m128i right = two_columns(_mm_unpackhi_epi8(a, zero), _mm_unpackhi_epi8(b, zero), _mm_unpackhi_epi8(c, zero),
                                _mm_unpackhi_epi8(d, zero), upper, lower);
    __m128i sum = _mm_add_epi32(_mm_madd_epi16(_mm_unpacklo_epi16(left, _mm_srli_si128(left, 8)), pair(wx)),
                                _mm_madd_epi16(_mm_unpacklo_epi16(right, _mm_srli_si128(right, 8)), pair(wx + 2)));
    sum = _mm_srai_epi32(_mm_add_epi32(sum, _mm_set1_epi32(1 << 19)), 20);
    __m128i bytes = _mm_packus_epi16(_mm_packs_epi32(sum, zero), zero);
    uint32_t alpha = (uint32_t)_mm_cvtsi128_si32(bytes) >> 24;
    return (uint32_t)_mm_cvtsi128_si32(_mm_min_epu8(bytes, _mm_set1_epi8((char)alpha)));
}
#else
static inline uint32_t interpolated(const uint8_t *const rows[4], const int16_t *wx, const int16_t *wy) {
    int32_t columns[16], sums[4];
    uint8_t out[4];
    uint32_t pixel;
    for (int k = 0; k < 16; k++)
        columns[k] = (rows[0][k] * wy[0] + rows[1][k] * wy[1] + rows[2][k] * wy[2] + rows[3][k] * wy[3] + (1 << 7)) >> 8;
    for (int c = 0; c < 4; c++) {
        int32_t sum = columns[c] * wx[0] + columns[4 + c] * wx[1] + columns[8 + c] * wx[2] + columns[12 + c] * wx[3];
        sum = (sum + (1 << 19)) >> 20;
        sums[c] = sum < 0 ? 0 : sum > 255 ? 255 : sum;
    }
    for (int c = 0; c < 4; c++) out[c] = (uint8_t)(sums[c] > sums[3] ? sums[3] : sums[c]);
    memcpy(&pixel, out, 4);
    return pixel;
}
#endif

typedef struct {
    int64_t x, y, x_step, y_step;
} Walk;

static inline void turn_pixels(uint8_t *out, int first, int last, const Walk *walk, const Source *source,
                               int16_t weights[PLACES][4], int inside) {
    uint8_t edge[4][16];
    const uint8_t *rows[4];
    size_t stride = (size_t)4 * source->width;
    for (int x = first; x < last; x++) {
        int64_t place_x = (walk->x + x * walk->x_step) >> 16, place_y = (walk->y + x * walk->y_step) >> 16;
        int left = (int)(place_x >> 5) - 1, top = (int)(place_y >> 5) - 1;
        if (inside) {
            rows[0] = source->pixels + top * stride + 4 * (size_t)left;
            for (int j = 1; j < 4; j++) rows[j] = rows[j - 1] + stride;
        } else {
            gather(source, left, top, rows, edge);
        }
        uint32_t pixel = interpolated(rows, weights[place_x & (PLACES - 1)], weights[place_y & (PLACES - 1)]);
        memcpy(out + 4 * (size_t)x, &pixel, 4);
    }
}

/* Fixed-point numbers: a sum of many steps is the same on every machine. */
static Walk fixed_walk(double x, double y, double x_step, double y_step) {
    const double unit = PLACES * 65536.0;
    Walk walk = {llround(x * unit) + 32768, llround(y * unit) + 32768, llround(x_step * unit), llround(y_step * unit)};
    return walk;
}

/* The part of `from`..`to` where `at + x * step` lies between `low` and `high`; none when `to` is below `from`. */
static void narrow(double at, double step, double low, double high, double *from, double *to) {
    if (low > high || (fabs(step) < 1e-12 && (at < low || at > high))) *to = *from - 2;
    if (low > high || fabs(step) < 1e-12) return;
    double a = (low - at) / step, b = (high - at) / step;
    double first = a < b ? a : b, last = a < b ? b : a;
    if (first > *from) *from = first;
    if (last < *to) *to = last;
}

/* The pixels of a row whose places lie in the source, `inset` px from its edges; an empty part lies at `low`. */
static void covered_part(double x, double y, double x_step, double y_step, const Source *source, double inset, int low,
                         int high, int *first, int *last) {
    double from = low, to = high;
    narrow(x, x_step, inset, source->width - 1 - inset, &from, &to);
    narrow(y, y_step, inset, source->height - 1 - inset, &from, &to);
    *first = (int)clamped(ceil(from), low, high);
    *last = (int)clamped(floor(to) + 1, low, high);
    if (*last <= *first) *first = *last = low;
}

/* Far beyond any picture fixed-point numbers would overflow. */
static int is_turn(const double m[6]) {
    for (int i = 0; i < 6; i++)
        if (!(fabs(m[i]) <= MAX_PLACE)) {
            PyErr_Format(PyExc_ValueError, "matrix: expected numbers up to %d", MAX_PLACE);
            return 0;
        }
    return 1;
}

static PyObject *scanline_turn(PyObject *self, PyObject *args) {
    Py_buffer out, raster;
    Source source;
    int width, height;
    double m[6];
    (void)self;
    if (!PyArg_ParseTuple(args, "w*iiy*ii(dddddd)", &out, &width, &height, &raster, &source.width, &source.height, &m[0],
                          &m[1], &m[2], &m[3], &m[4], &m[5]))
        return NULL;
    int fits = is_turn(m) && is_size(width, height) && is_size(source.width, source.height) &&
               has_bytes(&out, (Py_ssize_t)4 * width * height, "out") &&
               has_bytes(&raster, (Py_ssize_t)4 * source.width * source.height, "raster");
    if (fits) {
        Py_BEGIN_ALLOW_THREADS;
        int16_t weights[PLACES][4];
        fill_weights(weights);
        source.pixels = raster.buf;
        for (int y = 0; y < height; y++) {
            double x0 = m[1] * y + m[2], y0 = m[4] * y + m[5];
            uint8_t *row = (uint8_t *)out.buf + (size_t)4 * y * width;
            Walk walk = fixed_walk(x0, y0, m[0], m[3]);
            int first, last, from, to;
            covered_part(x0, y0, m[0], m[3], &source, -3, 0, width, &first, &last);
            covered_part(x0, y0, m[0], m[3], &source, 2, first, last, &from, &to);
            turn_pixels(row, first, from, &walk, &source, weights, 0);
            turn_pixels(row, from, to, &walk, &source, weights, 1);
            turn_pixels(row, to, last, &walk, &source, weights, 0);
        }
        Py_END_ALLOW_THREADS;
    }
    PyBuffer_Release(&out);
    PyBuffer_Release(&raster);
    if (!fits) return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"fill", scanline_fill, METH_VARARGS, "fill(edges, mask, width, height, positive): what the edges enclose."},
    {"stroke", scanline_stroke, METH_VARARGS, "stroke(segments, mask, width, height, half): bands along segments."},
    {"paint", scanline_paint, METH_VARARGS,
     "paint(out, width, height, colours, radial, ramp, mask, inner, stroke): colours where the masks are."},
    {"lay", scanline_lay, METH_VARARGS, "lay(out, above, below): one premultiplied raster over another."},
    {"turn", scanline_turn, METH_VARARGS,
     "turn(out, width, height, raster, its_width, its_height, matrix): cubic interpolation."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    .m_base = PyModuleDef_HEAD_INIT, .m_name = "scanline", .m_doc = "What rasters are made with.", .m_size = 0,
    .m_methods = methods,
};

PyMODINIT_FUNC PyInit_scanline(void) { return PyModuleDef_Init(&module); }

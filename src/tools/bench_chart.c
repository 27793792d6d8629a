/* SPDX-License-Identifier: MIT */
/*
 * Charts as SVG: both axes have decades, lines have their name at their right
 * end as well as in the legend. The colours are those of Okabe and Ito, which
 * people with any colour vision tell apart.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define WIDTH  900
#define HEIGHT 540
#define LEFT   80
#define RIGHT  660
#define TOP    50
#define BOTTOM 480

/* Room for the labels of bars, from LEFT on. */
#define BARS_LEFT 200

/* Between lines of the legend, and between labels, in pixels. */
#define LINE 16

static const char *const palette[] = {
	"#0072b2", "#d55e00", "#009e73", "#cc79a7",
	"#e69f00", "#56b4e9", "#000000", "#8a7a00",
};

/**
 * struct axis - what a direction shows, and where
 * @low: the power of ten where it begins
 * @high: and where it ends
 * @from: the pixel there
 * @upto: likewise
 */
struct axis {
	double low, high;
	double from, upto;
};

static const char *color_of(const struct series *series)
{
	return palette[series->color % (sizeof(palette) / sizeof(palette[0]))];
}

static double at(const struct axis *axis, double value)
{
	return axis->from + (log10(value) - axis->low) *
				    (axis->upto - axis->from) /
				    (axis->high - axis->low);
}

/* The next power of ten, or with @fine the next of 1, 2, 5, 10, ..., that is
 * not above, or not below, a value. */
static double mark(double value, bool above, bool fine)
{
	static const double steps[] = {1, 2, 5, 10};
	double decade = pow(10, floor(log10(value))), last = decade;

	for (int i = 0; i < 4; i++) {
		double step = steps[i] * decade;

		if (!fine && steps[i] != 1 && steps[i] != 10) {
			continue;
		}
		if (step >= value) {
			return above || step == value ? step : last;
		}
		last = step;
	}
	return last;
}

static void axis_fit(struct axis *axis, double min, double max)
{
	axis->low = log10(min);
	axis->high = log10(max);
	if (axis->high <= axis->low) {
		axis->high = axis->low + 1;
	}
}

static void put_escaped(const char *text, FILE *out)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

static void put_text(double x, double y, const char *anchor, const char *text,
		     const char *style, FILE *out)
{
	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>", x, y,
		anchor, style);
	put_escaped(text, out);
	fputs("</text>\n", out);
}

static void put_line(double x1, double y1, double x2, double y2,
		     const char *color, FILE *out)
{
	fprintf(out,
		"<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" "
		"stroke=\"%s\"/>\n",
		x1, y1, x2, y2, color);
}

static void begin(const struct chart *chart, FILE *out)
{
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		"height=\"%d\" viewBox=\"0 0 %d %d\" "
		"font-family=\"sans-serif\" font-size=\"12\" "
		"fill=\"#222222\">\n"
		"<rect width=\"%d\" height=\"%d\" fill=\"#fcfcfa\"/>\n",
		WIDTH, HEIGHT, WIDTH, HEIGHT, WIDTH, HEIGHT);
	put_text(LEFT, 28, "start", chart->title,
		 " font-size=\"16\" font-weight=\"bold\"", out);
}

/* "10 us": only the first digit counts. */
static void value_text(double value, const char *unit, char *text, size_t size)
{
	const char *rest;
	char number[32];

	bench_unit(number, sizeof(number), value, unit);
	rest = strchr(number, ' ');
	snprintf(text, size, "%.3g%s", strtod(number, NULL), rest ? rest : "");
}

/* "100", "10k", "4.19M" */
static void count_text(double count, char *text, size_t size)
{
	if (count < 1e4) {
		snprintf(text, size, "%.0f", count);
	} else if (count < 1e6) {
		snprintf(text, size, "%.3gk", count / 1e3);
	} else {
		snprintf(text, size, "%.3gM", count / 1e6);
	}
}

/* Lines and labels where values are, unless they would touch others. */
static void put_x_axis(const struct axis *axis, const struct chart *chart,
		       FILE *out)
{
	double marks[CHART_VALUES_MAX];
	unsigned int nr = 0;
	char text[48];

	for (unsigned int s = 0; s < chart->nr; s++) {
		const struct series *series = &chart->series[s];

		for (unsigned int i = 0; i < series->nr; i++) {
			double x = at(axis, series->x[i]);
			bool is_new = nr < CHART_VALUES_MAX;

			for (unsigned int m = 0; m < nr; m++) {
				is_new &= fabs(marks[m] - x) > 30;
			}
			if (!is_new) {
				continue;
			}
			marks[nr++] = x;
			put_line(x, TOP, x, BOTTOM, "#dddddd", out);
			count_text(series->x[i], text, sizeof(text));
			put_text(x, BOTTOM + 18, "middle", text, "", out);
		}
	}
	put_line(LEFT, BOTTOM, RIGHT, BOTTOM, "#666666", out);
}

/* Decades have lines and labels; if there are few, 2 and 5 times as well. */
static void put_y_axis(const struct axis *axis, const char *unit, FILE *out)
{
	bool few = axis->high - axis->low < 2.5;
	int power = (int)floor(axis->low);
	char text[48];

	for (int i = 1; power <= axis->high; i++) {
		double value = i * pow(10, power), y = at(axis, value);
		bool labelled = i == 1 || (few && (i == 2 || i == 5));

		if (y <= BOTTOM + 0.5 && y >= TOP - 0.5) {
			put_line(LEFT - 4, y, labelled ? RIGHT : LEFT, y,
				 labelled ? "#dddddd" : "#999999", out);
		}
		if (labelled && y <= BOTTOM + 0.5 && y >= TOP - 0.5) {
			value_text(value, unit, text, sizeof(text));
			put_text(LEFT - 8, y + 4, "end", text, "", out);
		}
		if (i == 9) {
			power++;
			i = 0;
		}
	}
	put_line(LEFT, TOP, LEFT, BOTTOM, "#666666", out);
}

static void fit_all(const struct chart *chart, struct axis *x, struct axis *y)
{
	double low[2] = {HUGE_VAL, HUGE_VAL}, high[2] = {0, 0};

	for (unsigned int s = 0; s < chart->nr; s++) {
		const struct series *series = &chart->series[s];

		for (unsigned int i = 0; i < series->nr; i++) {
			double value[2] = {series->x[i], series->y[i]};

			for (int d = 0; d < 2; d++) {
				if (value[d] <= 0) {
					continue;
				}
				low[d] = fmin(low[d], value[d]);
				high[d] = fmax(high[d], value[d]);
			}
		}
	}
	axis_fit(x, low[0], high[0]);
	/* Noise alone shall not fill a plot. */
	low[1] = mark(low[1], false, true);
	axis_fit(y, low[1], mark(fmax(high[1], low[1] * 4), true, true));
}

static void put_series(const struct series *series, const struct axis *x,
		       const struct axis *y, FILE *out)
{
	const char *color = color_of(series);

	fprintf(out,
		"<polyline fill=\"none\" stroke=\"%s\" "
		"stroke-width=\"2\"%s points=\"",
		color, series->dashed ? " stroke-dasharray=\"6 4\"" : "");
	for (unsigned int i = 0; i < series->nr; i++) {
		fprintf(out, "%s%.1f,%.1f", i ? " " : "", at(x, series->x[i]),
			at(y, series->y[i]));
	}
	fputs("\"/>\n", out);
	for (unsigned int i = 0; i < series->nr && !series->dashed; i++) {
		fprintf(out,
			"<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" "
			"fill=\"%s\"/>\n",
			at(x, series->x[i]), at(y, series->y[i]), color);
	}
}

/* The names right of the lines, in the order of their ends and not over each
 * other; a short line of the series' kind makes them the legend, too. */
static void put_names(const struct chart *chart, const struct axis *y,
		      FILE *out)
{
	unsigned int order[CHART_SERIES_MAX];
	double ends[CHART_SERIES_MAX], next = TOP;

	for (unsigned int i = 0; i < chart->nr; i++) {
		const struct series *series = &chart->series[i];
		unsigned int place = i;

		ends[i] = at(y, series->y[series->nr - 1]);
		while (place && ends[order[place - 1]] > ends[i]) {
			order[place] = order[place - 1];
			place--;
		}
		order[place] = i;
	}
	for (unsigned int i = 0; i < chart->nr; i++) {
		const struct series *series = &chart->series[order[i]];
		double room = BOTTOM - (double)(chart->nr - 1 - i) * LINE;
		double place = fmin(fmax(ends[order[i]], next), room);

		next = place + LINE;
		fprintf(out,
			"<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" "
			"stroke=\"%s\" stroke-width=\"2\"%s/>\n",
			RIGHT + 8, place, RIGHT + 28, place, color_of(series),
			series->dashed ? " stroke-dasharray=\"6 4\"" : "");
		put_text(RIGHT + 34, place + 4, "start", series->name, "", out);
	}
}

void chart_lines(const struct chart *chart, FILE *out)
{
	struct axis x = {.from = LEFT, .upto = RIGHT};
	struct axis y = {.from = BOTTOM, .upto = TOP};

	fit_all(chart, &x, &y);
	begin(chart, out);
	put_x_axis(&x, chart, out);
	put_y_axis(&y, chart->y_unit, out);
	put_text((LEFT + RIGHT) / 2.0, BOTTOM + 44, "middle", chart->x_title,
		 "", out);
	for (unsigned int i = 0; i < chart->nr; i++) {
		put_series(&chart->series[i], &x, &y, out);
	}
	put_names(chart, &y, out);
	fputs("</svg>\n", out);
}

static void put_decades(const struct axis *axis, double bottom, FILE *out)
{
	char text[48];

	for (int power = (int)round(axis->low); power <= axis->high; power++) {
		double x = at(axis, pow(10, power));

		put_line(x, TOP, x, bottom, power ? "#dddddd" : "#222222", out);
		snprintf(text, sizeof(text), "%.*f", power < 0 ? -power : 0,
			 pow(10, power));
		put_text(x, bottom + 18, "middle", text, "", out);
	}
}

static void put_bar(const struct series *series, unsigned int i,
		    const struct axis *axis, double y, double height, FILE *out)
{
	char text[32];
	double end;

	if (i >= series->nr || series->y[i] <= 0) {
		put_text(axis->from + 4, y + height / 2 + 4, "start", "missing",
			 " fill=\"#888888\"", out);
		return;
	}
	end = at(axis, series->y[i]);
	fprintf(out,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
		"height=\"%.1f\" fill=\"%s\"/>\n",
		axis->from, y, fmax(end - axis->from, 1), height - 1,
		color_of(series));
	bench_unit(text, sizeof(text), series->y[i], "");
	put_text(end + 4, y + height / 2 + 4, "start", text, "", out);
}

static void put_legend(const struct chart *chart, FILE *out)
{
	for (unsigned int s = 0; s < chart->nr; s++) {
		double x = LEFT + BARS_LEFT + 110.0 * s;

		fprintf(out,
			"<rect x=\"%.1f\" y=\"%d\" width=\"12\" "
			"height=\"12\" fill=\"%s\"/>\n",
			x, HEIGHT - 24, color_of(&chart->series[s]));
		put_text(x + 18, HEIGHT - 14, "start", chart->series[s].name,
			 "", out);
	}
}

void chart_bars(const struct chart *chart, FILE *out)
{
	struct axis axis = {.from = LEFT + BARS_LEFT, .upto = WIDTH - 80};
	double bottom = BOTTOM - 20, slot, height, low = 1, high = 1;
	unsigned int nr = 0;

	while (nr < CHART_VALUES_MAX && chart->labels[nr][0]) {
		for (unsigned int s = 0; s < chart->nr; s++) {
			double y = chart->series[s].y[nr];

			low = y > 0 ? fmin(low, y) : low;
			high = fmax(high, y);
		}
		nr++;
	}
	/* A bar of 1 needs a length. */
	axis_fit(&axis, mark(low * 0.99, false, false),
		 mark(high, true, false));
	begin(chart, out);
	put_decades(&axis, bottom, out);
	slot = (bottom - TOP) / nr;
	height = slot * 0.8 / chart->nr;
	for (unsigned int i = 0; i < nr; i++) {
		double y = TOP + slot * i + slot * 0.1;

		put_text(axis.from - 8, y + slot * 0.4 + 4, "end",
			 chart->labels[i], "", out);
		for (unsigned int s = 0; s < chart->nr; s++) {
			put_bar(&chart->series[s], i, &axis, y + height * s,
				height, out);
		}
	}
	put_text((axis.from + axis.upto) / 2, bottom + 36, "middle",
		 chart->x_title, "", out);
	put_legend(chart, out);
	fputs("</svg>\n", out);
}

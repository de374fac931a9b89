package io.cardwatch.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Areas, points and distances, as detectors/geo and detectors/window have them. */
final class Geo {
  private static final double EARTH_RADIUS_KM = 6371.0088;
  private static final long CELL_MARK = 0xffL << 56;
  /** City codes as areas, with latitude and longitude in hundredths of a degree. */
  private static final Map<Long, short[]> CITIES = load();

  private Geo() {}

  /** The code of a city as eight bytes; 0 when it is not the shape of one. */
  static long areaOfCity(Text code) {
    int n = code.length();
    if (n != 5 && n != 6) {
      return 0;
    }
    long area = 0;
    for (int i = 0; i < n; i++) {
      char c = code.at(i);
      boolean digit = c >= '0' && c <= '9';
      boolean capital = c >= 'A' && c <= 'Z';
      if (n == 6 ? !digit : !(capital || i >= 2 && digit && c >= '2')) {
        return 0;
      }
      area = area << 8 | c;
    }
    return area;
  }

  /** The half-degree cell of a terminal that tells only its point. */
  static long areaOfPoint(double lat, double lon) {
    return CELL_MARK | (long) Math.floor((lat + 90) * 2) << 16 | (long) Math.floor((lon + 180) * 2);
  }

  static short hundredths(double degrees) {
    return (short) Math.round(degrees * 100);
  }

  /** The point of a city's area, null when it is not in the table. */
  static short[] point(long area) {
    return CITIES.get(area);
  }

  /** Kilometres between two points in hundredths of a degree, by the haversine formula. */
  static double distance(short latA, short lonA, short latB, short lonB) {
    double a = Math.toRadians(latA / 100.0);
    double b = Math.toRadians(latB / 100.0);
    double sinLat = Math.sin((b - a) / 2);
    double sinLon = Math.sin(Math.toRadians(lonB / 100.0 - lonA / 100.0) / 2);
    double h = sinLat * sinLat + Math.cos(a) * Math.cos(b) * sinLon * sinLon;
    return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(h, 1)));
  }

  private static Map<Long, short[]> load() {
    Map<Long, short[]> cities = new HashMap<>();
    try (InputStream in = Geo.class.getResourceAsStream("/cities.csv");
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      lines.readLine();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] cells = line.split(",");
        long area = 0;
        for (int i = 0; i < cells[0].length(); i++) {
          area = area << 8 | cells[0].charAt(i);
        }
        double lat = Double.parseDouble(cells[cells.length - 2]);
        double lon = Double.parseDouble(cells[cells.length - 1]);
        cities.put(area, new short[] {hundredths(lat), hundredths(lon)});
      }
    } catch (IOException e) {
      throw new UncheckedIOException("read the table of cities", e);
    }
    return cities;
  }
}

import { Boxes } from 'lucide-react';
import { Route } from 'wouter';
import { page, type Screen } from '../../routing/screen';
import { nameOfPart } from '../../stores/name-in-address';
import { MAP } from './service-address';

const ServicesPage = page(async () => (await import('./ServicesPage')).ServicesPage);
const ServicePage = page(async () => (await import('./ServicePage')).ServicePage);
const MapPage = page(async () => (await import('./MapPage')).MapPage);

export const services: Screen = {
  navigation: { title: 'Services', icon: Boxes, to: '/services', also: '/services/' },
  keys: [
    {
      title: 'Services',
      keys: [
        ['/', 'find a service'],
        ['m', 'the map, and back to the table'],
        ['+ −', 'zoom the map'],
      ],
    },
  ],
  routes: [
    <Route key="/services" path="/services">
      <ServicesPage />
    </Route>,
    <Route key={MAP} path={MAP}>
      <MapPage />
    </Route>,
    <Route key="/services/:service" path="/services/:service">
      {({ service }) => <ServicePage key={service} service={nameOfPart(service)} />}
    </Route>,
  ],
};
